"""Words are found in texts that put no spaces between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index
from search.text.passages import PassageRules

from .toys import ToyEmbedder

LIBRARIES = {
    "ja": "図書館は毎日午前八時から開いています。本は家に持ち帰ることができます。"
    "コンピューターは予約が必要です。",
    "km": "បណ្ណាល័យបើកជារៀងរាល់ថ្ងៃចាប់ពីម៉ោងប្រាំបីព្រឹក។ សៀវភៅអាចយកទៅផ្ទះបាន។",
    "ko": "도서관은 매일 아침 여덟 시부터 문을 엽니다. 책을 집으로 가져갈 수 있습니다.",
    "lo": "ຫ້ອງສະໝຸດເປີດທຸກມື້ຕັ້ງແຕ່ແປດໂມງເຊົ້າ. ປຶ້ມສາມາດເອົາກັບບ້ານໄດ້.",
    "my": "စာကြည့်တိုက်ကို နေ့တိုင်း နံနက်ရှစ်နာရီမှ ဖွင့်သည်။ စာအုပ်များကို အိမ်သို့ ယူသွားနိုင်သည်။",
    "th": "ห้องสมุดเปิดทุกวันตั้งแต่แปดโมงเช้า ยืมหนังสือกลับบ้านได้ครั้งละห้าเล่ม",
    "zh": "图书馆每天早上八点开门。书可以借回家，但每次不超过五本。电脑需要预约。",
}
MARKETS = {
    "ja": "市場は川のそばにあります。魚と野菜が安く買えます。雨の日は休みです。",
    "km": "ផ្សារនៅក្បែរទន្លេ។ ត្រី និងបន្លែមានតម្លៃថោក។",
    "ko": "시장은 강 옆에 있습니다. 생선과 채소를 싸게 살 수 있습니다.",
    "lo": "ຕະຫຼາດຢູ່ໃກ້ແມ່ນ້ຳ. ປາແລະຜັກມີລາຄາຖືກ.",
    "my": "ဈေးသည် မြစ်အနီးတွင် ရှိသည်။ ငါးနှင့် ဟင်းသီးဟင်းရွက်များ စျေးပေါသည်။",
    "th": "ตลาดอยู่ใกล้แม่น้ำ ปลาและผักราคาถูก วันฝนตกตลาดปิด",
    "zh": "市场在河边。鱼和蔬菜很便宜。下雨天不营业。",
}
QUERIES = {
    "ja": ["図書館", "図書館は何時に開きますか", "本", "家", "本を持ち帰る", "コンピュータの予約"],
    "km": ["បណ្ណាល័យ", "សៀវភៅ", "បណ្ណាល័យបើកម៉ោងប៉ុន្មាន"],
    "ko": ["도서관", "도서관이", "책", "문", "집으로 가져가다"],
    "lo": ["ຫ້ອງສະໝຸດ", "ປຶ້ມ", "ຫ້ອງສະໝຸດເປີດຈັກໂມງ"],
    "my": ["စာကြည့်တိုက်", "စာအုပ်", "စာကြည့်တိုက် ဘယ်အချိန် ဖွင့်သလဲ"],
    "th": ["ห้องสมุด", "หนังสือ", "ห้องสมุดเปิดกี่โมง", "ยืมหนังสือได้กี่เล่ม"],
    "zh": ["图书馆", "图书馆几点开门", "书", "借", "电脑预约"],
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Two texts in each language, with the toy embedder, which knows none of their words."""
    place = tmp_path_factory.mktemp("unspaced")
    (place / "notes").mkdir()
    for kind, texts in (("library", LIBRARIES), ("market", MARKETS)):
        for language, text in texts.items():
            (place / "notes" / f"{kind}.{language}.txt").write_text(text, encoding="utf-8")
    with Index(str(place / "index"), None, lambda name: ToyEmbedder(), PassageRules()) as index:
        index.ingest([place / "notes"])
        yield index


def test_their_languages_are_known(index: Index) -> None:
    assert dict(index.status().languages) == dict.fromkeys(LIBRARIES, 2)


@pytest.mark.parametrize("language", QUERIES)
def test_words_are_found_and_marked(index: Index, language: str) -> None:
    for query in QUERIES[language]:
        hits = index.query(query, mode="text").hits
        assert [Path(hit.path).name for hit in hits][:1] == [f"library.{language}.txt"], query
        assert hits[0].highlights, query


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("図書館", ["図書館"]),
        ("ห้องสมุด", ["ห้องสมุด"]),
        ("ห้องสมุดเปิดกี่โมง", ["ห้องสมุดเปิด"]),
        ("ຫ້ອງສະໝຸດ", ["ຫ້ອງສະໝຸດ"]),
        ("បណ្ណាល័យ", ["បណ្ណាល័យ"]),
        ("စာအုပ်", ["စာအုပ်"]),
        ("도서관이", ["도서관"]),
        ("电脑预约", ["电脑", "预约"]),
    ],
)
def test_what_is_marked(index: Index, query: str, marked: list[str]) -> None:
    hit = index.query(query, mode="text").hits[0]
    assert [hit.text[start:end] for start, end in hit.highlights] == marked
