"""Function words of languages: those that nearly every text of a language has many of."""

from __future__ import annotations

from collections.abc import Mapping

_LATIN = {
    "az": "və bu ilə üçün bir da də kimi daha olan olduğu onun isə hər çox sonra nə ki amma var "
    "lakin olaraq tərəfindən ən",
    "ca": "el la els les un una de del dels i a en amb per que és no es va ser són com més però "
    "aquest aquesta seva al als també ha hi quin quina quan on qui",
    "cs": "a je se na v že s z do to o jsou byl by pro si ale jak jako která který které nebo "
    "podle od po za při také aby byla bylo jeho již jsem není kdo kde kdy kolik proč jaký",
    "da": "og i at det er en den til på af som med for de har ikke der et var han om fra ved blev "
    "efter være kan også eller hvor hvad når skal deres sig nogle mellem jeg meget end ad op ud "
    "mig men der bliver kun mod hvem hvilken hvilke hvornår hvorfor",
    "de": "der die das und in den von zu ist mit sich des auf für im dem nicht ein eine als auch "
    "es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so "
    "zum war haben nur oder aber vor zur bis mehr durch wenn ich du wir ihr kein man wann wo wer "
    "was welche welcher welches warum wurde wurden viele welchen",
    "en": "the of and to in a is that for it as was with be by on not he this are or his from at "
    "which but have an had they you were their been has when who will more no if can its would "
    "what there so one all i we do my your how than these into may must should could such other "
    "some about also only each after before until",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero "
    "sus le ya o este sí porque esta entre cuando muy sin sobre también fue ha hay son está desde "
    "qué cuál cuáles cuándo dónde quién cómo cuántos cuántas fueron",
    "et": "ja on ei see et oli ka kui mis oma ning aga ta nende selle või ma kuid need mida kas "
    "kes pärast juba välja väga nii ainult kus olid ole millal miks mitu",
    "eu": "eta da bat ez du izan zen dira baina hau ere egin bere dute edo den zuen oso hori "
    "behar beste ziren baino arte dituen",
    "fi": "ja on ei se että oli hän mutta ovat myös kun joka sen kuin ole tai sekä jotka hänen "
    "mitä vain jos nyt niin ne siitä olla ollut jo mukaan kanssa voi olivat tämä tämän joita "
    "vuoden mikä kuka missä milloin miksi kuinka",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce "
    "il sont avec ou son l qu je nous vous ils elle mais comme cette ces aux été être a leur quel "
    "quelle quels quelles quand où pourquoi comment combien",
    "ga": "agus an na a ar is i go le do bhí tá ag ach sé sí ní mar gur chun seo sin atá den don",
    "hr": "i je u se na da su za od s a o kao što koji koja koje iz bio ili te ne ali bi nije po "
    "ovaj samo već nakon prema biti bila ako",
    "hu": "a az és hogy nem is egy ez meg csak de volt azt van mint ha már el vagy ki még minden "
    "be után amely lehet ezt fel kell között szerint illetve pedig aki nagyon mi hol mikor miért "
    "hány mennyi",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam pada akan adalah ke oleh juga ada "
    "saya atau karena mereka telah sebagai bisa dapat lebih kami kita tersebut sudah para seorang "
    "apa siapa mana kapan berapa bagaimana",
    "is": "og í að er á sem til við var með um ekki það en fyrir hann eru af hafa því hefur eða "
    "þegar þar frá verið hún voru þess þessi",
    "it": "di e che la il un a per in una è sono non del si della con da le i al dei lo gli come "
    "anche più nel alla ma delle dal ha se questo o nella l dell quando era stato ed quale quali "
    "dove chi perché quanti",
    "lt": "ir yra kad į iš su buvo tai bet kaip ar jo apie dėl ne jos o jų taip pat nuo kurie per "
    "po už savo arba šis tik",
    "lv": "un ir ka ar no uz par bija kas tas bet vai kā arī lai pēc nav tika tā kad to viņš gan "
    "jau šo kurā pie līdz",
    "nl": "de van het een en in is dat op te zijn met voor niet die aan er om ook als bij door "
    "naar wordt hij maar uit werd of dan nog over ze was tot kan worden deze heeft meer geen zich "
    "wat wie waar wanneer welke hoe hoeveel waarom",
    "no": "og i det er en på til som av for med at den de ikke har et var om fra han ble seg "
    "eller etter også være kan hun jeg når hvor hva noen mellom ved bli må vi meg enn opp ut nå "
    "men der blir bare mot hvem hvilken hvilke hvorfor hvordan",
    "pl": "w i na z się nie do to że jest o od jak po za przez dla a ale co są jego był oraz tym "
    "tego które może być ich który która przy tylko lub jako jej już również czy kto gdzie kiedy "
    "ile dlaczego jaki",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele "
    "das à seu sua ou quando muito nos já também só pelo pela até isso foi são ser está qual "
    "quais onde quem quantos",
    "ro": "și de în la a cu pe care o este din un nu să pentru că mai sau ca au fost fi sunt prin "
    "al se cel lui dar după cum fost acest această unei cine unde când cât",
    "sk": "a je sa na v že s z do to o sú bol by pre si ale ako ktorá ktorý ktoré alebo podľa od "
    "po za pri aj aby bola bolo jeho už som nie",
    "sl": "in je v na se da za so z ki pa po ne s bi od pri tudi kot ali iz še bil bilo bila k "
    "ter ni o ob sem lahko že",
    "sq": "dhe të në e i me për që një nga si është nuk u do por kur ky kjo janë më ishte ose pas "
    "edhe së",
    "sv": "och i att det som en på är av för med den till inte ett om har de han var kan från så "
    "eller men vid efter sig också när skulle hade jag där mycket vara hur vi blev ut vad vem "
    "vilken vilka vilket varför",
    "sw": "na ya wa kwa ni katika za la cha kuwa hii kama alikuwa lakini yake pia watu wake hiyo "
    "ambayo hadi au",
    "tr": "ve bir bu da de için ile olarak daha çok gibi olan en ne kadar sonra var mi ama o "
    "değil ise her veya olduğu tarafından içinde yok ben şey ki kim nerede nasıl hangi kaç",
    "vi": "và của là các có trong được cho không với một những người này đã để khi từ đến cũng "
    "như về ra tại nhưng vào nhiều thì năm sẽ hay rằng",
}
_CYRILLIC = {
    "bg": "на и в да се от за е с не по че като са си до които през или но ще който след има бе "
    "при към това тази този беше най само още която",
    "mk": "на и во да се од за е со не по што ќе како го ги до или но кои при тоа оваа овој беше "
    "има бил само уште која",
    "ru": "и в не на что с по как это его к но из у за от так же для или бы было был при который "
    "которые если она они мы вы я того также после до их есть быть только",
    "sr": "и је у се на да су за од са а о као што који која које из био или те не али би није по "
    "овај само већ након према",
    "uk": "і в не на що з до як це та за від його для але або у був при який яка які якщо вона "
    "вони ми ви я також після про є бути було щоб тільки через",
}
_ARABIC = {
    "ar": "في من على إلى أن التي عن هذا مع الذي هذه ما لا كان كما أو قد بعد بين لم كل عند ذلك وفي "
    "حيث هو وقد كانت غير حتى ومن",
    "fa": "و در به از که این را با است برای آن یک خود تا بر هم نیز شده بود شد اما یا می کرد ها "
    "های دارد باید هر اگر",
    "ur": "کے کی میں اور ہے سے کو کا نے پر یہ کہ ہیں اس تھا جو بھی ایک تھے نہیں کیا گیا تھی لیے ہو",
}
_DEVANAGARI = {
    "hi": "के में है की से और को का पर यह हैं ने एक भी कि था हो लिए इस जो कर तो नहीं गया या थे जाता साथ अपने",
    "mr": "आहे आणि या व हे ते एक होते आहेत केली च्या तर असे ही होता नाही मध्ये होती केले हा तसेच",
    "ne": "छ र को मा यो ले हो एक छन् पनि लागि भएको तथा गर्न थियो भने हुन्छ यस गरेको",
}


def _table(lists: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in lists.items()}


FUNCTION_WORDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "LATIN": _table(_LATIN),
    "CYRILLIC": _table(_CYRILLIC),
    "ARABIC": _table(_ARABIC),
    "DEVANAGARI": _table(_DEVANAGARI),
}
"""Script → ISO code of a language → its words in lower case, without apostrophes."""
