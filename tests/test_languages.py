"""The language of a text, told by its script and its function words."""

from __future__ import annotations

import pytest

from search.text.languages import language_of

SENTENCES = {
    "am": "መጽሐፍ ቤቱ በየቀኑ ከጠዋቱ ሁለት ሰዓት ጀምሮ ክፍት ነው።",
    "ar": "المكتبة مفتوحة كل يوم من الساعة الثامنة صباحا، ويمكن للزوار أن يقرأوا الكتب التي فيها.",
    "az": "Kitabxana hər gün açıqdır və bu kitabları evə aparmaq üçün bir kart lazımdır.",
    "bg": "Библиотеката е отворена всеки ден и посетителите могат да вземат книги за вкъщи, но не "
    "повече от пет на човек.",
    "bn": "গ্রন্থাগার প্রতিদিন সকাল আটটা থেকে খোলা থাকে।",
    "ca": "La biblioteca és oberta cada dia i els llibres es poden endur a casa amb una targeta, "
    "però no més de cinc per persona.",
    "cs": "Knihovna je otevřená každý den a knihy si lze půjčit domů, ale ne více než pět na "
    "osobu, protože je jich málo.",
    "da": "Biblioteket er åbent hver dag, og bøgerne kan lånes med hjem, men ikke flere end fem "
    "ad gangen af hver person, som har et kort.",
    "de": "Die Bibliothek ist jeden Tag geöffnet, und die Bücher kann man nach Hause mitnehmen, "
    "aber nicht mehr als fünf auf einmal.",
    "el": "Η βιβλιοθήκη είναι ανοιχτή κάθε μέρα από τις οκτώ το πρωί.",
    "en": "The library is open every day, and the books can be taken home, but not more than five "
    "of them at a time.",
    "es": "La biblioteca está abierta todos los días y los libros se pueden llevar a casa, pero "
    "no más de cinco por persona.",
    "et": "Raamatukogu on avatud iga päev ja raamatud võib koju kaasa võtta, aga mitte rohkem kui "
    "viis, sest need ei ole ainult ühe inimese jaoks.",
    "eu": "Liburutegia egunero irekita dago eta liburuak etxera eraman daitezke, baina ez dira "
    "bost baino gehiago izan behar.",
    "fa": "کتابخانه هر روز از ساعت هشت صبح باز است و مردم می‌توانند کتاب‌ها را با خود به خانه ببرند.",
    "fi": "Kirjasto on auki joka päivä, ja kirjat saa lainata kotiin, mutta ei enemmän kuin viisi "
    "kerralla, jos niitä on vain vähän.",
    "fr": "La bibliothèque est ouverte tous les jours et les livres peuvent être emportés à la "
    "maison, mais pas plus de cinq par personne.",
    "ga": "Tá an leabharlann oscailte gach lá agus is féidir na leabhair a thabhairt abhaile, ach "
    "ní níos mó ná cúig cinn ag an duine.",
    "he": "הספרייה פתוחה בכל יום משמונה בבוקר, ואפשר לקחת את הספרים הביתה.",
    "hi": "पुस्तकालय हर दिन सुबह आठ बजे से खुला रहता है और किताबें घर ले जाने के लिए दी जाती हैं।",
    "hr": "Knjižnica je otvorena svaki dan i knjige se mogu ponijeti kući, ali ne više od pet, "
    "ako ih je samo nekoliko na polici.",
    "hu": "A könyvtár minden nap nyitva van, és a könyveket haza lehet vinni, de egyszerre csak "
    "ötöt, ha az olvasónak van már jegye.",
    "hy": "Գրադարանը բաց է ամեն օր առավոտյան ժամը ութից։",
    "id": "Perpustakaan buka setiap hari dan buku dapat dibawa pulang, tetapi tidak lebih dari "
    "lima untuk setiap orang yang sudah terdaftar.",
    "is": "Bókasafnið er opið alla daga og það má taka bækur með sér heim, en ekki fleiri en fimm "
    "í einu því að þær eru fáar.",
    "it": "La biblioteca è aperta tutti i giorni e i libri si possono portare a casa, ma non più "
    "di cinque per persona.",
    "ja": "図書館は毎日午前八時から開いています。本は家に持ち帰ることができます。",
    "ka": "ბიბლიოთეკა ყოველდღე დილის რვა საათიდან ღიაა.",
    "km": "បណ្ណាល័យបើកជារៀងរាល់ថ្ងៃចាប់ពីម៉ោងប្រាំបីព្រឹក។",
    "ko": "도서관은 매일 아침 여덟 시부터 문을 열고 책을 집으로 가져갈 수 있습니다.",
    "lo": "ຫ້ອງສະໝຸດເປີດທຸກໆມື້ ຕັ້ງແຕ່ແປດໂມງເຊົ້າ.",
    "lt": "Biblioteka yra atidaryta kiekvieną dieną, ir knygas galima parsinešti namo, bet ne "
    "daugiau kaip penkias, jei jų yra tik keletas.",
    "lv": "Bibliotēka ir atvērta katru dienu, un grāmatas var ņemt uz mājām, bet ne vairāk kā "
    "piecas, jo tās ir arī citiem un lasītāju nav maz.",
    "mk": "Библиотеката е отворена секој ден и книгите може да се земат дома, но не повеќе од "
    "пет, што е доволно за сите кои ќе дојдат.",
    "my": "စာကြည့်တိုက်ကို နေ့တိုင်း နံနက်ရှစ်နာရီမှ ဖွင့်သည်။",
    "nl": "De bibliotheek is elke dag open en de boeken mogen mee naar huis, maar niet meer dan "
    "vijf tegelijk als er weinig zijn.",
    "no": "Biblioteket er åpent hver dag, og bøkene kan tas med hjem, men ikke flere enn fem av "
    "gangen for hver person som har et kort.",
    "pl": "Biblioteka jest otwarta codziennie i książki można zabrać do domu, ale nie więcej niż "
    "pięć na osobę, która już ma kartę.",
    "pt": "A biblioteca está aberta todos os dias e os livros podem ser levados para casa, mas "
    "não mais do que cinco por pessoa.",
    "ro": "Biblioteca este deschisă în fiecare zi și cărțile pot fi luate acasă, dar nu mai mult "
    "de cinci pentru o persoană care are un card.",
    "ru": "Библиотека открыта каждый день, и книги можно взять домой, но не больше пяти, если они "
    "есть только в одном экземпляре.",
    "sk": "Knižnica je otvorená každý deň a knihy si možno požičať domov, ale nie viac ako päť na "
    "osobu, lebo ich je málo a už sú staré.",
    "sl": "Knjižnica je odprta vsak dan in knjige se lahko odnesejo domov, vendar ne več kot pet, "
    "ker jih je bilo na policah že malo.",
    "sq": "Biblioteka është e hapur çdo ditë dhe librat mund të merren në shtëpi, por nuk janë më "
    "shumë se pesë për një person.",
    "sr": "Библиотека је отворена сваки дан и књиге се могу понети кући, али не више од пет, ако "
    "их је само неколико на полици.",
    "sv": "Biblioteket är öppet varje dag och böckerna får tas med hem, men inte fler än fem åt "
    "gången om det bara är några kvar.",
    "sw": "Maktaba iko wazi kila siku na vitabu vinaweza kuchukuliwa nyumbani, lakini si zaidi ya "
    "vitano kwa mtu mmoja kama alikuwa na kadi.",
    "ta": "நூலகம் ஒவ்வொரு நாளும் காலை எட்டு மணி முதல் திறந்திருக்கும்.",
    "th": "ห้องสมุดเปิดทุกวันเวลาแปดโมงเช้า และยืมหนังสือกลับบ้านได้",
    "tr": "Kütüphane her gün açık ve kitaplar eve götürülebilir, ama bir kişi için beş kitaptan "
    "daha çok olan bir sınır var.",
    "uk": "Бібліотека відкрита щодня, і книги можна взяти додому, але не більше п'яти, якщо вони "
    "є тільки в одному примірнику.",
    "ur": "لائبریری ہر روز صبح آٹھ بجے سے کھلی ہے اور لوگ کتابیں گھر لے جا سکتے ہیں۔",
    "vi": "Thư viện mở cửa mỗi ngày và sách có thể được mang về nhà, nhưng không quá năm cuốn cho "
    "một người đã có thẻ.",
    "zh": "图书馆每天早上八点开门，书可以借回家，但每次不超过五本。",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_a_sentence_tells_its_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("language", SENTENCES)
def test_a_long_text_is_of_the_language_of_its_stretches(language: str) -> None:
    assert language_of(f"{SENTENCES[language]}\n" * 500) == language


CODE = """
def walk(a, b, n=0):
    for d in a.items():
        if d is not None and n in b:
            self.s[n] = c.get(d, l) or o[i]
    return [x for x in y if z]
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,299.50 3.14 2024-11-05 17:30",
        "x = [3, 4, 5]",
        CODE,
        '{"id": 17, "name": "a", "de": "la", "tags": ["x", "y"], "url": "https://example.org/a"}',
        "Los Angeles Rams, Los Angeles Lakers, Los Angeles Kings, San Diego Padres",
        "Häuser am See",
        "Quarterly report 2024",
        # As much Greek as English.
        "The library is open every day of the year to all. Η βιβλιοθήκη είναι ανοιχτή κάθε μέρα.",
        "ಠ_ಠ",
    ],
)
def test_code_numbers_names_and_short_texts_have_no_language(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # Words of other languages that a text quotes.
        (f"{SENTENCES['de']} Auf Englisch: to be or not to be. {SENTENCES['de']}", "de"),
        (f"{SENTENCES['zh']}日文是「図書館は毎日」。{SENTENCES['zh'] * 5}", "zh"),
        ("サーバーの docker compose up を実行してから、localhost:8080 を開いてください。", "ja"),
        ("请先运行 docker compose up，然后在浏览器中打开 localhost:8080 页面查看结果。", "zh"),
        # Accents that are written as marks of their own.
        ("La bibliothe\u0300que e\u0301tait ferme\u0301e, mais les livres sont dans la rue.", "fr"),
        (SENTENCES["de"].upper(), "de"),
        (SENTENCES["en"].upper(), "en"),
    ],
)
def test_most_of_a_mixed_text_tells_its_language(text: str, language: str) -> None:
    assert language_of(text) == language
