"""Names of numbers that are no person's, and sentences of business with such numbers, in many languages.

Of each language, in this order: labels of ids with the rules that know them, names of numbers of other
things, and sentences. In these {n} is a number of one of those things, {a} an amount, {d} a date, {q} a
quantity. Rules were written while looking at those with an even place, and measured with the others.
"""

__all__ = ["LANGUAGES"]

_Row = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...]]

LANGUAGES: dict[str, _Row] = {
    "en": (
        (("VAT number", "uk.vat"), ("NINO", "uk.nino"), ("SSN", "us.ssn"), ("NHS number", "uk.nhs")),
        (
            *("Invoice no.", "Purchase order", "Delivery note", "Cost centre", "Ledger account", "Lot no."),
            *("Container", "Work order", "Quote ref.", "Batch", "Customs declaration", "Shipment ID"),
            *("Credit note", "Project code", "Item", "Warranty claim", "Release", "Pallet ID"),
            *("Drawing no.", "Registration mark", "Terminal", "Permit no."),
        ),
        (
            "We shipped {q} units on {d}; the carrier quotes {n}.",
            "Please pay {a} by {d}, quoting {n}.",
            "The pan 24 cm ({n}) is sold out until {d}.",
            "Run {n} finished in {q} s with {q} warnings.",
            "You can return {n} within {q} days.",
            "Driver {n} is the newest for this card; the license key is {n}.",
            "Credit {a}, debit {a}, see {n}.",
            "Social media reach was {n} in May, up from {n}.",
            "The passport photo booth ({n}) is out of order.",
            "Tax due on {d}: {a}; turnover {n}.",
        ),
    ),
    "de": (
        (("USt-IdNr.", "de.ust_id"), ("Steuer-ID", "de.steuer_id"), ("SVNR", "at.svnr"), ("AHV", "ch.ahv")),
        (
            *("Rechnungsnummer", "Bestellnr.", "Lieferschein", "Kostenstelle", "Sachkonto", "Charge"),
            *("Kundennr.", "Auftrag", "Angebot Nr.", "Chargennummer", "Zollanmeldung", "Sendungsnummer"),
            *("Gutschrift", "Projekt", "Position", "Garantiefall", "Zählerstand", "Palette"),
            *("Zeichnungsnummer", "Kennzeichen", "Leergut", "Aktenzeichen"),
        ),
        (
            "Wir haben {q} Stück am {d} geliefert, Vorgang {n}.",
            "Bitte überweisen Sie {a} bis zum {d} unter Angabe von {n}.",
            "Der Umsatz stieg von {n} auf {n} Euro.",
            "Die Steuer von {a} wird am {d} fällig, Beleg {n}.",
            "Artikel {n} ist ab {d} wieder lieferbar.",
            "Pass auf: der Filter {n} passt nicht zu {n}.",
            "Kreditkarten nehmen wir nicht; Kasse {n} zahlt aus.",
            "Das Los {n} hat {q} Teile, davon {q} fehlerhaft.",
        ),
    ),
    "fr": (
        (("TVA intracommunautaire", "fr.tva"), ("SIREN", "fr.siren"), ("NIR", "fr.nir")),
        (
            *("Facture n°", "Bon de commande", "Bon de livraison", "Centre de coûts", "Compte", "Lot"),
            *("Référence client", "Commande", "Devis n°", "Numéro de série", "Colis", "Réf."),
            *("Avoir n°", "Code article", "Dossier", "Garantie", "Index compteur", "Palette"),
            *("Plan n°", "Immatriculation", "Caisse", "Permis de construire"),
        ),
        (
            "Nous avons livré {q} pièces le {d}, dossier {n}.",
            "Merci de régler {a} avant le {d} en rappelant {n}.",
            "Le permis de conduire les travaux porte la mention {n}.",
            "Le chiffre d'affaires passe de {n} à {n} euros.",
            "Carte de visite, papier {n}, {q} exemplaires.",
            "En fin de mois, le poste {n} s'élève à {a}.",
            "Impôts et taxes : {a}, écriture {n}.",
            "Le registre {n} compte {q} lignes.",
        ),
    ),
    "es": (
        (("NIF", "es.dni"), ("CIF", "es.cif"), ("NUSS", "es.nuss"), ("CUIT", "ar.cuit")),
        (
            *("Factura n.º", "Pedido", "Albarán", "Centro de coste", "Cuenta contable", "Lote"),
            *("Cliente n.º", "Orden de compra", "Presupuesto", "Número de serie", "Envío", "Referencia"),
            *("Nota de crédito", "Código de artículo", "Expediente", "Garantía", "Lectura", "Palé"),
            *("Plano n.º", "Bastidor", "Caja", "Licencia de obra"),
        ),
        (
            "Enviamos {q} unidades el {d}, guía {n}.",
            "Abone {a} antes del {d} indicando {n}.",
            "El documento {n} quedó sin firmar.",
            "Las ventas pasaron de {n} a {n} euros.",
            "Sin factura {n} no hay devolución.",
            "El pan integral ({n}) cuesta {a}.",
            "La red social llegó a {n} personas en mayo.",
            "La patente {n} caduca el {d}.",
        ),
    ),
    "it": (
        (("Partita IVA", "it.partita_iva"), ("Codice fiscale", "it.codice_fiscale")),
        (
            *("Fattura n.", "Ordine", "DDT", "Centro di costo", "Conto", "Lotto"),
            *("Cod. cliente", "Commessa", "Preventivo n.", "Matricola", "Spedizione", "Rif."),
            *("Nota di credito", "Cod. articolo", "Pratica", "Garanzia", "Lettura contatore", "Bancale"),
            *("Disegno n.", "Targa", "Cassa", "Protocollo"),
        ),
        (
            "Abbiamo spedito {q} pezzi il {d}, documento {n}.",
            "Si prega di pagare {a} entro il {d} citando {n}.",
            "La guida {n} descrive il montaggio; la patente d'uso scade il {d}.",
            "Il fatturato è passato da {n} a {n} euro.",
            "La carta fotografica {n} costa {a}.",
            "Imposte per {a}, registrazione {n}.",
            "Il lotto {n} comprende {q} scatole.",
            "Versione {n} del {d}.",
        ),
    ),
    "pt": (
        (("NIF", "pt.nif"), ("CPF", "br.cpf"), ("CNPJ", "br.cnpj")),
        (
            *("Fatura n.º", "Encomenda", "Guia de remessa", "Centro de custo", "Conta contábil", "Lote"),
            *("Cód. cliente", "Pedido", "Orçamento", "N.º de série", "Rastreio", "Referência"),
            *("Nota de crédito", "Código do produto", "Processo", "Garantia", "Leitura", "Palete"),
            *("Desenho n.º", "Placa", "Caixa", "Nota fiscal"),
        ),
        (
            "Enviámos {q} unidades em {d}, guia {n}.",
            "Pague {a} até {d} indicando {n}.",
            "O cartão de visita ({n}) custa {a}.",
            "As vendas passaram de {n} para {n} euros.",
            "O documento {n} foi arquivado em {d}.",
            "A rede social chegou a {n} pessoas.",
            "Imposto: {a}, lançamento {n}.",
            "O lote {n} tem {q} caixas.",
        ),
    ),
    "nl": (
        (("BSN", "nl.bsn"), ("btw-nummer", "nl.btw_id"), ("KBO", "be.enterprise")),
        (
            *("Factuurnummer", "Bestelling", "Pakbon", "Kostenplaats", "Grootboekrekening", "Partij"),
            *("Klantnr.", "Opdracht", "Offerte", "Serienummer", "Zending", "Referentie"),
            *("Creditnota", "Artikelcode", "Dossier", "Garantie", "Meterstand", "Pallet"),
            *("Tekening", "Kenteken", "Kassa", "Vergunning"),
        ),
        (
            "Wij leverden {q} stuks op {d}, zending {n}.",
            "Gelieve {a} voor {d} te betalen onder vermelding van {n}.",
            "De omzet steeg van {n} naar {n} euro.",
            "De belasting van {a} vervalt op {d}, boeking {n}.",
            "De pas {n} opent alleen hal {q}.",
            "Het nationale gemiddelde was {n}.",
            "Batch {n} telt {q} dozen.",
            "Kaart {n} van de atlas toont de kust.",
        ),
    ),
    "pl": (
        (("NIP", "pl.nip"), ("PESEL", "pl.pesel"), ("REGON", "pl.regon")),
        (
            *("Faktura nr", "Zamówienie", "WZ", "MPK", "Konto księgowe", "Partia"),
            *("Nr klienta", "Zlecenie", "Oferta nr", "Nr seryjny", "List przewozowy", "Indeks"),
            *("Korekta", "Kod towaru", "Sprawa", "Gwarancja", "Stan licznika", "Paleta"),
            *("Rysunek nr", "Nr rejestracyjny", "Kasa", "Pozwolenie na budowę"),
        ),
        (
            "Wysłaliśmy {q} szt. dnia {d}, przesyłka {n}.",
            "Prosimy o wpłatę {a} do {d} z podaniem {n}.",
            "Pan Nowak odebrał {n} i {n}.",
            "Podatek {a} płatny do {d}, dowód księgowy {n}.",
            "Przychód wzrósł z {n} do {n} złotych.",
            "W rubryce zapisano {n} oraz {n}; kod służy kontroli.",
            "Karta katalogowa {n} opisuje zawór.",
            "Pozycja {n} w rejestrze zapasów liczy {q} szt.",
        ),
    ),
    "cs": (
        (("IČO", "cz.ico"), ("DIČ", "cz.dic"), ("rodné číslo", "cz.rodne_cislo")),
        (
            *("Faktura č.", "Objednávka", "Dodací list", "Středisko", "Účet", "Šarže"),
            *("Č. zákazníka", "Zakázka", "Nabídka", "Výrobní číslo", "Zásilka", "Reference"),
            *("Dobropis", "Kód zboží", "Spis", "Reklamace", "Stav měřiče", "Paleta"),
            *("Výkres č.", "SPZ", "Pokladna", "Variabilní symbol"),
        ),
        (
            "Odeslali jsme {q} ks dne {d}, zásilka {n}.",
            "Uhraďte {a} do {d}, symbol {n}.",
            "Tržby vzrostly z {n} na {n} korun.",
            "Daň {a}, doklad {n}.",
            "Karta zboží {n} má {q} příloh.",
            "Číslo výkresu je {n}, revize {q}.",
            "Osobní odběr {n} je možný od {d}.",
            "Šarže {n} má {q} kusů.",
        ),
    ),
    "sv": (
        (("personnummer", "se.personnummer"), ("orgnr", "se.orgnr")),
        (
            *("Fakturanr", "Order", "Följesedel", "Kostnadsställe", "Konto", "Parti"),
            *("Kundnr", "Inköpsorder", "Offert", "Serienummer", "Kolli", "Referens"),
            *("Kreditnota", "Artikel", "Ärende", "Garanti", "Mätarställning", "Pall"),
            *("Ritning", "Regnr", "Kassa", "OCR"),
        ),
        (
            "Vi skickade {q} st den {d}, kolli {n}.",
            "Betala {a} senast {d} och ange {n}.",
            "Omsättningen steg från {n} till {n} kronor.",
            "Skatten {a} bokfördes {d}, verifikat {n}.",
            "Kortet {n} passar bara i läsare {q}.",
            "Partiet {n} har {q} lådor.",
        ),
    ),
    "da": (
        (("CPR", "dk.cpr"), ("CVR", "dk.cvr"), ("fødselsnummer", "no.fodselsnummer")),
        (
            *("Fakturanr.", "Ordre", "Følgeseddel", "Omkostningssted", "Konto", "Parti"),
            *("Kundenr.", "Indkøbsordre", "Tilbud", "Serienr.", "Forsendelse", "Reference"),
            *("Kreditnota", "Varenr.", "Sag", "Garanti", "Målerstand", "Palle"),
        ),
        (
            "Vi sendte {q} stk. den {d}, forsendelse {n}.",
            "Betal {a} senest {d} med angivelse af {n}.",
            "Omsætningen steg fra {n} til {n} kroner.",
            "Kortet {n} kan kun bruges i hal {q}.",
            "Passet {n} til hylden er for kort.",
            "Partiet {n} har {q} kasser.",
        ),
    ),
    "fi": (
        (("henkilötunnus", "fi.hetu"), ("Y-tunnus", "fi.ytunnus")),
        (
            *("Lasku nro", "Tilaus", "Lähetyslista", "Kustannuspaikka", "Tili", "Erä"),
            *("Asiakasnro", "Ostotilaus", "Tarjous", "Sarjanumero", "Lähetys", "Viite"),
            *("Hyvityslasku", "Tuotekoodi", "Asia", "Takuu", "Mittarilukema", "Lava"),
        ),
        (
            "Lähetimme {q} kpl {d}, lähetys {n}.",
            "Maksa {a} viimeistään {d}, viite {n}.",
            "Liikevaihto nousi {n} eurosta {n} euroon.",
            "Kortti {n} toimii vain ovessa {q}.",
            "Erä {n} sisältää {q} laatikkoa.",
            "Passi {n} koneelle loppui.",
        ),
    ),
    "hu": (
        (("adószám", "hu.adoszam"), ("TAJ", "hu.taj")),
        (
            *("Számla sz.", "Megrendelés", "Szállítólevél", "Költséghely", "Főkönyvi szám", "Tétel"),
            *("Ügyfélszám", "Munkalap", "Ajánlat", "Gyári szám", "Csomag", "Hivatkozás"),
            *("Jóváíró számla", "Cikkszám", "Ügyirat", "Garancia", "Mérőállás", "Raklap"),
        ),
        (
            "{q} db-ot küldtünk {d}-án, csomag {n}.",
            "Kérjük, fizessen {a} összeget {d}-ig, közlemény {n}.",
            "A forgalom {n} forintról {n} forintra nőtt.",
            "Az adó {a}, bizonylat {n}.",
            "A kártya {n} csak a {q}. kapunál jó.",
            "A tétel {n} összesen {q} doboz.",
        ),
    ),
    "ro": (
        (("CNP", "ro.cnp"), ("CUI", "ro.cui")),
        (
            *("Factura nr.", "Comanda", "Aviz", "Centru de cost", "Cont", "Lot"),
            *("Cod client", "Ordin", "Oferta", "Serie", "Colet", "Referință"),
            *("Notă de credit", "Cod produs", "Dosar", "Garanție", "Index contor", "Palet"),
        ),
        (
            "Am expediat {q} buc. la {d}, colet {n}.",
            "Achitați {a} până la {d} menționând {n}.",
            "Vânzările au crescut de la {n} la {n} lei.",
            "Impozitul {a}, înregistrarea {n}.",
            "Codul numeric al piesei este {n}.",
            "Lotul {n} are {q} cutii.",
        ),
    ),
    "tr": (
        (("T.C. kimlik no", "tr.tckn"), ("VKN", "tr.vkn")),
        (
            *("Fatura no", "Sipariş", "İrsaliye", "Masraf merkezi", "Hesap", "Parti"),
            *("Müşteri no", "İş emri", "Teklif", "Seri no", "Kargo", "Referans"),
            *("İade faturası", "Ürün kodu", "Dosya", "Garanti", "Sayaç", "Palet"),
        ),
        (
            "{d} tarihinde {q} adet gönderdik, kargo {n}.",
            "Lütfen {d} tarihine kadar {a} ödeyin, açıklama {n}.",
            "Ciro {n} liradan {n} liraya çıktı.",
            "Vergi {a}, fiş {n}.",
            "Kart {n} yalnız {q}. kapıyı açar.",
            "Parti {n} içinde {q} koli var.",
        ),
    ),
    "el": (
        (("ΑΦΜ", "gr.afm"), ("ΑΜΚΑ", "gr.amka")),
        (
            *("Τιμολόγιο", "Παραγγελία", "Δελτίο αποστολής", "Κέντρο κόστους", "Λογαριασμός", "Παρτίδα"),
            *("Κωδ. πελάτη", "Εντολή", "Προσφορά", "Σειριακός", "Αποστολή", "Σχετ."),
            *("Πιστωτικό", "Κωδ. είδους", "Φάκελος", "Εγγύηση", "Ένδειξη μετρητή", "Παλέτα"),
        ),
        (
            "Στείλαμε {q} τεμ. στις {d}, αποστολή {n}.",
            "Πληρώστε {a} έως {d} με αναφορά {n}.",
            "Ο τζίρος ανέβηκε από {n} σε {n} ευρώ.",
            "Φόρος {a}, εγγραφή {n}.",
            "Η κάρτα {n} ανοίγει μόνο την πόρτα {q}.",
            "Η παρτίδα {n} έχει {q} κιβώτια.",
        ),
    ),
    "ru": (
        (("ИНН", "ru.inn"), ("СНИЛС", "ru.snils"), ("ОГРН", "ru.ogrn")),
        (
            *("Счёт №", "Заказ", "Накладная", "Центр затрат", "Счёт учёта", "Партия"),
            *("Код клиента", "Наряд", "Предложение", "Заводской №", "Посылка", "Исх. №"),
            *("Кредит-нота", "Артикул", "Дело", "Гарантия", "Показания счётчика", "Паллета"),
            *("Чертёж", "Серия", "Касса", "Акт"),
        ),
        (
            "Отправили {q} шт. {d}, посылка {n}.",
            "Оплатите {a} до {d} с указанием {n}.",
            "Выручка выросла с {n} до {n} рублей.",
            "Налог {a}, проводка {n}.",
            "Паспорт изделия {n} приложен, серия {n}.",
            "Карта {n} открывает только дверь {q}.",
            "Партия {n}: {q} коробок.",
            "Личный кабинет, обращение {n} от {d}.",
        ),
    ),
    "uk": (
        (("РНОКПП", "ua.rnokpp"), ("ЄДРПОУ", "ua.edrpou")),
        (
            *("Рахунок №", "Замовлення", "Накладна", "Центр витрат", "Субрахунок", "Партія"),
            *("Код клієнта", "Наряд", "Пропозиція", "Заводський №", "Посилка", "Вих. №"),
        ),
        (
            "Відправили {q} шт. {d}, посилка {n}.",
            "Сплатіть {a} до {d} із зазначенням {n}.",
            "Виручка зросла з {n} до {n} гривень.",
            "Податок {a}, проводка {n}.",
            "Картка товару {n} має {q} додатків.",
            "Партія {n}: {q} коробок.",
        ),
    ),
    "zh": (
        (("统一社会信用代码", "cn.uscc"), ("身份证号", "cn.resident_id"), ("統一編號", "tw.company")),
        (
            *("发票号", "采购单", "送货单", "成本中心", "科目", "批次"),
            *("客户编号", "工单", "报价单号", "出厂编号", "运单", "参考号"),
            *("红字发票", "物料编码", "档案号", "保修单", "电表读数", "托盘号"),
            *("图纸编号", "车架号", "收银台", "许可证编号"),
        ),
        (
            "已于{d}发出{q}件，运单{n}。",
            "请于{d}前支付{a}，备注{n}。",
            "营业额从{n}增至{n}元。",
            "税额{a}，凭证{n}。",
            "会员卡{n}积分{q}。",
            "零件{n}的库存为{q}，货架{n}。",
            "本批{n}共{q}箱。",
            "文件{n}于{d}归档，页码{q}。",
        ),
    ),
    "ja": (
        (("マイナンバー", "jp.my_number"), ("法人番号", "jp.corporate")),
        (
            *("請求書番号", "注文番号", "納品書", "原価センタ", "勘定科目", "ロット"),
            *("得意先コード", "作業指示", "見積番号", "製造番号", "送り状番号", "参照"),
            *("返品伝票", "品目コード", "案件番号", "保証書", "検針値", "パレット"),
        ),
        (
            "{d}に{q}個を発送しました。送り状{n}です。",
            "{d}までに{a}をお支払いください。備考{n}。",
            "売上は{n}円から{n}円になりました。",
            "税額{a}、伝票{n}。",
            "カード型リモコン{n}は{q}個あります。",
            "部品{n}の在庫は{q}、棚は{n}です。",
        ),
    ),
    "ko": (
        (("주민등록번호", "kr.rrn"), ("사업자등록번호", "kr.brn")),
        (
            *("송장 번호", "발주서", "납품서", "코스트센터", "계정", "로트"),
            *("거래처 코드", "작업지시", "견적 번호", "제조번호", "운송장", "참조"),
            *("반품 전표", "품목 코드", "사건번호", "보증서", "검침값", "팔레트"),
        ),
        (
            "{d}에 {q}개를 발송했습니다. 운송장 {n}.",
            "{d}까지 {a}을 입금해 주세요. 비고 {n}.",
            "매출이 {n}원에서 {n}원으로 늘었습니다.",
            "세액 {a}, 전표 {n}.",
            "카드 단말기 {n} 재고 {q}개.",
            "부품 {n} 은 선반 {n} 에 있습니다.",
        ),
    ),
    "ar": (
        (("الرقم القومي", "eg.national_id"), ("رقم الهوية", "ae.id")),
        (
            *("رقم الفاتورة", "أمر الشراء", "إذن التسليم", "مركز التكلفة", "حساب", "دفعة"),
            *("كود العميل", "أمر العمل", "عرض السعر", "الرقم التسلسلي", "شحنة", "مرجع"),
        ),
        (
            "أرسلنا {q} قطعة في {d}، الشحنة {n}.",
            "يرجى دفع {a} قبل {d} مع ذكر {n}.",
            "ارتفعت المبيعات من {n} إلى {n}.",
            "الضريبة {a}، القيد {n}.",
            "البطاقة {n} تفتح الباب {q} فقط.",
            "الدفعة {n} فيها {q} صندوقا.",
        ),
    ),
    "vi": (
        (("CCCD", "vn.cccd"), ("mã số thuế", "vn.mst")),
        (
            *("Số hóa đơn", "Đơn đặt hàng", "Phiếu giao hàng", "Trung tâm chi phí", "Tài khoản", "Lô"),
            *("Mã khách", "Lệnh sản xuất", "Báo giá", "Số sê-ri", "Vận đơn", "Tham chiếu"),
        ),
        (
            "Đã gửi {q} cái ngày {d}, vận đơn {n}.",
            "Vui lòng trả {a} trước {d}, nội dung {n}.",
            "Doanh thu tăng từ {n} lên {n} đồng.",
            "Thuế {a}, bút toán {n}.",
            "Thẻ {n} chỉ mở cửa {q}.",
            "Lô {n} có {q} thùng.",
        ),
    ),
    "id": (
        (("NIK", "id.nik"), ("NPWP", "id.npwp"), ("MyKad", "my.mykad")),
        (
            *("No. faktur", "Pesanan", "Surat jalan", "Pusat biaya", "Akun", "Lot"),
            *("Kode pelanggan", "Perintah kerja", "Penawaran", "No. seri", "Resi", "Referensi"),
        ),
        (
            "Kami mengirim {q} unit pada {d}, resi {n}.",
            "Mohon bayar {a} sebelum {d} dengan berita {n}.",
            "Penjualan naik dari {n} menjadi {n} rupiah.",
            "Pajak {a}, jurnal {n}.",
            "Kartu stok {n} berisi {q} baris.",
            "Lot {n} berisi {q} dus.",
        ),
    ),
    "hi": (
        (("आधार", "in.aadhaar"), ("PAN", "in.pan"), ("GSTIN", "in.gstin")),
        (
            *("चालान संख्या", "क्रय आदेश", "डिलीवरी नोट", "लागत केंद्र", "खाता", "बैच"),
            *("ग्राहक कोड", "कार्य आदेश", "कोटेशन", "क्रम संख्या", "ट्रैकिंग", "संदर्भ"),
        ),
        (
            "{d} को {q} नग भेजे, पार्सल {n}।",
            "कृपया {d} तक {a} का भुगतान करें, टिप्पणी {n}।",
            "बिक्री {n} से बढ़कर {n} रुपये हुई।",
            "कर {a}, प्रविष्टि {n}।",
            "कार्ड {n} केवल द्वार {q} खोलता है।",
            "बैच {n} में {q} डिब्बे हैं।",
        ),
    ),
}
