"""The reader of source code finds definitions by the grammars of the languages."""

from __future__ import annotations

import pytest

from search import readers
from search.documents import Block, Document


def read(source, name):
    return readers.read(source.encode(), f"/src/{name}")


def headings(source, name):
    document = read(source, name)
    return [
        (document.text.count("\n", 0, block.end) + 1, block.level, block.heading)
        for block in document.blocks
        if block.level
    ]


def test_a_source_file_is_read_whole():
    source = (
        "import os\n\n"
        "# how to fit\n"
        "@cached\n"
        "def fit(\n"
        "    x: int,\n"
        ") -> int:\n"
        "    def inner():\n"
        "        return x\n\n"
        "    return 1\n"
    )
    assert read(source, "model.py") == Document(
        "/src/model.py",
        "code",
        "model.py",
        source,
        (
            Block(0, 9, "code"),
            Block(11, 40, "heading", 1, "def fit( x: int, ) -> int"),
            Block(41, 96, "code"),
            Block(98, 110, "code"),
        ),
    )


SOURCES = {
    "a.py": (
        "class A(B):\n    x = 1\n    @property\n    async def f(self): return 1\nif x:\n"
        "    def g():\n        class No: pass\n"
        "else:\n    def h(: pass\n",
        [(1, 1, "class A(B)"), (4, 2, "async def f(self)"), (6, 1, "def g()"), (9, 1, "def h")],
    ),
    "a.js": (
        "export default class A extends B {\n  async get(u) { if (u) { f(u) } }\n"
        "  static m = () => {\n  }\n}\nfunction f() {}\n"
        "const g = async (a) => {\n}\nconst x = 1\nmodule.exports = {\n  a() {\n  }\n}\n"
        "A.prototype.write = function (s) {\n}\n",
        [
            (1, 1, "export default class A extends B"),
            (2, 2, "async get(u)"),
            (3, 2, "static m = ()"),
            (6, 1, "function f()"),
            (7, 1, "const g = async (a)"),
            (11, 1, "a()"),
            (14, 1, "A.prototype.write = function (s)"),
        ],
    ),
    "a.ts": (
        "export interface X { a: string }\nexport abstract class A<T> implements X {\n"
        "  get(u: string): void {}\n}\ntype T = string\n"
        "enum E {A}\nnamespace N {\n  export function q<T>(a: T): T { return a }\n}\n",
        [
            (1, 1, "export interface X"),
            (2, 1, "export abstract class A<T> implements X"),
            (3, 2, "get(u: string): void"),
            (5, 1, "type T = string"),
            (6, 1, "enum E"),
            (7, 1, "namespace N"),
            (8, 2, "export function q<T>(a: T): T"),
        ],
    ),
    "a.tsx": (
        "const A = () => <p>x</p>\nfunction B() { return <A/> }\n",
        [(1, 1, "const A = ()"), (2, 1, "function B()")],
    ),
    "a.go": (
        "package a\ntype (\n\tA int\n\tB struct {\n\t\tx int\n\t}\n)\n"
        "func (s *S) Run() error {\n\treturn nil\n}\n",
        [(3, 1, "A int"), (4, 1, "B struct"), (8, 1, "func (s *S) Run() error")],
    ),
    "a.rs": (
        "#[derive(Debug)]\npub struct A { x: u32 }\nimpl A for B {\n    /// gives\n    #[inline]\n"
        "    pub fn get(&self) -> u32 { 1 }\n}\n"
        "mod m { fn q() {} }\nmacro_rules! go { () => {} }\n",
        [
            (2, 1, "pub struct A"),
            (3, 1, "impl A for B"),
            (6, 2, "pub fn get(&self) -> u32"),
            (8, 1, "mod m"),
            (9, 1, "macro_rules! go { () => {} }"),
        ],
    ),
    "A.java": (
        "@Ann(1)\npublic class A<T> {\n  A() {}\n  @Override\n  public String get(int a)\n"
        "      throws X {\n    return call(a);\n  }\n}\n"
        "interface I { void q(); }\nrecord R(int a) {}\n",
        [
            (2, 1, "public class A<T>"),
            (3, 2, "A()"),
            (5, 2, "public String get(int a) throws X"),
            (10, 1, "interface I"),
            (11, 1, "record R(int a)"),
        ],
    ),
    "a.c": (
        "#include <a.h>\nstruct S {\n  int a;\n};\nstruct S *decl(struct S *s);\n#ifdef X\n"
        "static int *\nfind(int a, char *b)\n{\n  return 0;\n}\n#endif\n",
        [(2, 1, "struct S"), (7, 1, "static int * find(int a, char *b)")],
    ),
    "a.cpp": (
        "namespace n {\ntemplate <class T>\nclass A : B {\n  void f() const {}\n  int g();\n"
        "};\n}\nvoid n::A::h() {}\n",
        [
            (1, 1, "namespace n"),
            (3, 2, "class A : B"),
            (4, 3, "void f() const"),
            (8, 1, "void n::A::h()"),
        ],
    ),
    "a.cs": (
        "namespace N;\n[Serializable]\npublic class A : B {\n  public int P { get; set; }\n"
        "  [return: X]\n  object Get(int a);\n}\n",
        [
            (1, 1, "namespace N"),
            (3, 1, "public class A : B"),
            (4, 2, "public int P { get; set; }"),
            (6, 2, "object Get(int a)"),
        ],
    ),
    "a.rb": (
        "module M\n  class A < B\n    def f(x)\n    end\n    def self.g; end\n  end\nend\n",
        [(1, 1, "module M"), (2, 2, "class A < B"), (3, 3, "def f(x)"), (5, 3, "def self.g; end")],
    ),
    "a.php": (
        "<html><?php\nnamespace N;\nclass A extends B {\n  public function f($x) { }\n}\n"
        "function g() {}\n",
        [
            (2, 1, "namespace N"),
            (3, 1, "class A extends B"),
            (4, 2, "public function f($x)"),
            (6, 1, "function g()"),
        ],
    ),
    "a.sh": (
        "set -e\nbuild() {\n  make\n}\nfunction x { echo; }\n",
        [(2, 1, "build()"), (5, 1, "function x")],
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_definitions_are_headings(name):
    source, expected = SOURCES[name]
    assert headings(source, name) == expected


ODD = {
    "brackets": "}{)(" * 500,
    "letters": "\x00 é 東京 \U0001f600 and more words\n" * 50,
    "deep": "(" * 50_000,
    "keywords": "class " * 3_000,
    "open string": '"""' + "x\n" * 50,
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("odd", ODD)
def test_no_character_of_any_file_is_lost(name, odd):
    document = read("a " + ODD[odd], name)
    covered = "".join(document.text[block.start : block.end] for block in document.blocks)
    assert "".join(covered.split()) == "".join(document.text.split())


def test_large_and_minified_files_are_read_line_by_line():
    assert headings("x=1\n" * 250_001 + "def f():\n    pass\n", "a.py") == [(250_002, 1, "def f()")]
    assert headings("var a=1;" * 1_000 + "\nfunction f() {\n}\n", "a.min.js") == [
        (2, 1, "function f()")
    ]


def test_a_definition_inside_a_string_is_not_a_heading():
    assert headings('DOC = """\ndef no():\n    pass\n"""\n', "a.py") == []


ONLY_PARSED = "if x:\n    def found_by_the_grammar_alone():\n        pass\n"


def test_prose_named_as_code_is_read_line_by_line():
    prose = (
        "The old harbour wall was repaired in the spring, as the minutes of the parish say.\n" * 200
    )
    assert headings(ONLY_PARSED + "# a comment\n" * 20, "a.py") == [
        (2, 1, "def found_by_the_grammar_alone()")
    ]
    assert headings(ONLY_PARSED + prose, "a.py") == []
    assert headings("def plain():\n    pass\n" + prose, "a.py") == [(1, 1, "def plain()")]


def test_code_of_another_language_is_read_line_by_line():
    python = "".join(
        f"@cached\ndef make_{number}(self, *rest):\n    return [x for x in rest if x]\n\n\n"
        for number in range(1_500)
    )
    script = "".join(
        f"function make_{number}(a, b) {{\n  return [a, b];\n}}\n\n" for number in range(1_500)
    )
    inside = "if (x) {\n  function inner() { return 1; }\n}\n"
    assert len(headings(inside + script, "a.js")) == 1_501
    assert headings(inside + python, "a.js") == []
