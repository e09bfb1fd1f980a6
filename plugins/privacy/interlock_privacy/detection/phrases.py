"""Words that say in general that a number is a person's or a taxpayer's, of no country in particular.

One phrase between semicolons; a word that ends in * goes on with any letters. Between the words of a phrase
may stand a space, a dash, a dot, an underscore or nothing.
"""

__all__ = ["IS", "NUMBER", "PERSON", "RUN_IS", "RUN_NUMBER", "TAX"]

PERSON = """
national id; national identity; national identification; national identifier; national insurance;
national registration; national register; national number; personal id; personal identity;
personal identification; personal identifier; personal number; personal no; personal nr; personal code;
personal numeric code; personal registration; personal public service; citizen id; citizens id;
citizen identity; citizen identification; citizen number; citizen no; citizen card; citizen service;
citizen registration; citizenship number; civil id; civil number; civil registration; civic number;
resident id; resident identity; resident number; resident registration; resident card;
residence permit number; residents card; identity number; identity no; identity nr; identity code;
identity card; identity document; identification number; identification no; identification nr;
identification code; identification card; identification document; id card; id document; government id;
government issued id; social security; social insurance; population number; birth number; personenkennzahl;
personenkennziffer; personenkennzeichen; personennummer; personenidentifikation*;
persönliche identifikationsnummer; personalausweis*; ausweisnummer; ausweisnr; ausweis nr; ausweis nummer;
identitätsnummer; identitätskarte*; identifikationsnummer; identifikationsnr;
nationale identifikationsnummer; nationale id nummer; nationale identitätsnummer; sozialversicherung*;
sozialversicherungs nr; bürgernummer; bürger id; versichertennummer; numéro d'identité;
numéro d'identification; numéro national; numéro nationale; numéro personnel; numéro de sécurité sociale;
numéro de la sécurité sociale; sécurité sociale; numéro de carte d'identité; numéro de la carte d'identité;
carte d'identité; carte nationale d'identité; numéro de registre national; numéro du registre national;
identifiant national; pièce d'identité; numéro d'assurance sociale; numéro d'assuré social;
assurance sociale; número de identidad; número de identificación; número nacional de identidad;
número de documento; documento de identidad; documento nacional de identidad; documento nacional;
cédula de identidad; cédula de ciudadanía; número de cédula; cédula; carnet de identidad;
carné de identidad; seguridad social; seguro social; identificación personal; identificación nacional;
tarjeta de identidad; número personal; número de identificação; número de identidade; número da identidade;
número de segurança social; segurança social; carteira de identidade; bilhete de identidade;
cartão de cidadão; cartão do cidadão; documento de identidade; número de identificação civil;
registro geral; numero di identità; numero identificativo; numero di identificazione; numero d'identità;
carta d'identità; carta di identità; documento d'identità; documento di identità; codice identificativo;
codice personale; numero personale; numero di previdenza sociale; numero di sicurezza sociale;
previdenza sociale; numero nazionale; identiteitsnummer; identiteitskaart*; identiteitsbewijs;
identificatienummer; persoonsnummer; persoonsidentificatie*; rijksregisternummer; nationaal nummer;
nationaal identificatienummer; burgerservicenummer; socialezekerheidsnummer; sociale zekerheid*;
sociale verzekering*; sofinummer; numer identyfikacyjny; krajowy numer identyfikacyjny; numer ewidencyjny;
numer dowodu; numer dowodu osobistego; dowód osobisty; dowodu osobistego; dowodem osobistym; numer osobisty;
numer ubezpieczenia społecznego; numer tożsamości; numeru identyfikacyjnego; numer osobowy; rodné číslo;
rodného čísla; rodným číslem; číslo občanského průkazu; občanský průkaz; číslo občianskeho preukazu;
občiansky preukaz; identifikační číslo; identifikačné číslo; číslo pojištěnce; osobné číslo; personnummer;
personnr; person nummer; personbeteckning; fødselsnummer; identitetsnummer; identifikasjonsnummer; id kort;
legitimation*; samordningsnummer; cpr nummer; identitetskort*; nationalt id; nationellt id*;
socialförsäkringsnummer; henkilötunnus*; henkilötunnukse*; henkilökort*; sosiaaliturvatunnus; henkilönumero;
kennitala; kennitölu; nafnskírteini; isikukood*; id kaardi; isikutunnistus*; personas kods; personas kodu;
personas koda; identifikācijas numurs; personas apliecība*; asmens kodas; asmens kodo; asmens kodą;
asmens tapatybės; tapatybės kortel*; socialinio draudimo; sociālās apdrošināšanas;
jedinstveni matični broj*; matični broj*; matičnog broja; osobni identifikacijski broj; osobni broj;
identifikacijski broj*; identifikacioni broj*; broj osobne iskaznice; osobna iskaznica; broj lične karte;
lična karta; matična številka; matično številko; osebna izkaznica; številka osebne izkaznice;
osebna številka; матични број; јединствени матични број; број личне карте; лична карта;
единен граждански номер; личен номер; лична карта номер; единствен матичен број; матичен број;
cod numeric personal; codul numeric personal; cod numeric; număr de identificare; număr de identitate;
numărul de identificare; carte de identitate; cartea de identitate; buletin de identitate; cod personal;
numër personal; numri personal; numri i identitetit; letërnjoftim*; karta e identitetit; személyi szám*;
személyi azonosító*; személyazonosító*; személyi igazolvány*; személyigazolvány*; taj szám*;
társadalombiztosítási; αριθμός ταυτότητας; αριθμό ταυτότητας; αριθμός δελτίου ταυτότητας; δελτίο ταυτότητας;
δελτίου ταυτότητας; αστυνομική ταυτότητα; αριθμός μητρώου κοινωνικής ασφάλισης; κοινωνικής ασφάλισης;
προσωπικός αριθμός; kimlik no; kimlik numara*; kimlik kartı*; kimlik belgesi*; nüfus cüzdanı*;
sosyal güvenlik; личный номер; персональный номер; национальный номер; национальный идентификационный номер;
персональный идентификационный номер; личный идентификационный номер;
индивидуальный идентификационный номер; индивидуальный номер; идентификационный номер;
идентификационный код; номер удостоверения; удостоверение личности; удостоверения личности;
номер социального страхования; социального страхования; страховой номер; идентификатор личности;
ідентифікаційний номер; ідентифікаційний код; ідентифікаційного коду; особистий номер; персональний номер;
посвідчення особи; унікальний номер запису; національний номер; асабісты нумар; асабовы нумар;
жеке сәйкестендіру нөмірі; жеке куәлік*; מספר זהות; מספר תעודת זהות; תעודת זהות; תעודת הזהות; מספר הזהות;
מספר ביטוח לאומי; ת ז; ת"ז; رقم الهوية; رقم هوية; رقم الهوية الوطنية; الهوية الوطنية; بطاقة الهوية;
رقم البطاقة; رقم بطاقة; الرقم القومي; رقمي القومي; الرقم القومى; الرقم الوطني; رقمي الوطني; الرقم الشخصي;
الرقم المدني; رقم الضمان الاجتماعي; الضمان الاجتماعي; رقم الإقامة; رقم هويتي; کد ملی; کدملی; شماره ملی;
شناسه ملی; شماره شناسنامه; شناختی کارڈ; قومی شناختی; पहचान संख्या; पहचान पत्र; राष्ट्रीय पहचान; जातीय परिचय;
আইডি নম্বর; জাতীয় পরিচয়পত্র; தேசிய அடையாள; เลขประจำตัวประชาชน; เลขประจำตัว; เลขบัตรประชาชน;
เลขที่บัตรประชาชน; บัตรประชาชน; บัตรประจำตัว; หมายเลขประจำตัว; หมายเลขบัตรประชาชน; ประกันสังคม;
პირადი ნომერი; პირადობის; անձնական համար; հանրային ծառայությունների; 身份证; 身份證; 身分證; 居民身份;
公民身份; 证件号; 證件號; 证件编号; 身份号码; 身份识别; 个人识别; 国民身份; 社会保障号; 社会保险号; 社保号;
社會安全號; 社会安全号; 社會保障; 居留证号; 居留證號; 個人身分; 身份編號; 健康保险号; 個人番号;
マイナンバー; 身分証; 身元番号; 国民識別番号; 国民番号; 国民id; 社会保障番号; 社会保険番号; 基礎年金番号;
住民票コード; 識別番号; 在留カード番号; 本人確認番号; 주민등록번호; 주민번호; 주민등록; 외국인등록번호;
신분증; 개인식별번호; 국민식별번호; 사회보장번호; 신원번호; 국민 식별; nomor induk kependudukan;
nomor induk; nomor identitas; nomor ktp; kartu tanda penduduk; nombor kad pengenalan; no kad pengenalan;
kad pengenalan; nombor pengenalan; số căn cước; căn cước công dân; số chứng minh*; chứng minh nhân dân;
số định danh*; mã định danh; số an sinh xã hội; số bảo hiểm xã hội; số cmnd; số cccd; kitambulisho;
nambari ya kitambulisho; pambansang id
"""

TAX = """
tax id; tin; tax identification; tax identifier; tax identity; tax number; tax no; tax nr; tax code;
tax reference; tax ref no; tax registration; tax file; tax payer id; tax payer number;
tax payer identification; tax payer no; tax payer reference; tax payer registration; taxpayers id;
taxpayers number; taxpayer's number; tax account number; individual taxpayer; personal tax id;
unique taxpayer reference; fiscal number; fiscal code; fiscal id; fiscal identification; vat number; vat no;
vat nr; vat id; vat reg; vat registration; vat identification; vat code; gst number; gst registration;
employer identification; steuer id; steuer identifikationsnummer; steueridentifikationsnummer;
steuerliche identifikationsnummer; steuernummer; steuernr; steuer nr; steuer nummer; steuer identnummer;
steuerid; umsatzsteuer id; umsatzsteuer identifikationsnummer; umsatzsteuer nummer; ust id; ust idnr;
ustidnr; mwst nummer; mwst nr; numéro fiscal; numéro d'identification fiscale; identifiant fiscal;
identification fiscale; numéro de contribuable; numéro d'impôt; numéro de tva; numéro tva; n° tva;
tva intracommunautaire; référence fiscale; numéro fiscal de référence; identificación fiscal;
número de identificación fiscal; identificación tributaria; número de identificación tributaria;
número fiscal; número tributario; registro único tributario; código fiscal; número de contribuyente;
número de iva; registro federal de contribuyentes; clave fiscal; número de contribuinte;
número fiscal de contribuinte; identificação fiscal; número de identificação fiscal;
cadastro de pessoa física; cadastro de pessoas físicas; cadastro nacional; número do contribuinte;
codice fiscale; numero fiscale; partita iva; numero di partita iva; numero di identificazione fiscale;
identificativo fiscale; numero iva; btw nummer; btw id; btw identificatienummer; btwnummer; belastingnummer;
fiscaal nummer; fiscaal identificatienummer; fiscaal id*; belasting id*; rsin;
numer identyfikacji podatkowej; numeru identyfikacji podatkowej; identyfikator podatkowy; numer podatkowy;
numer podatnika; numer vat; identyfikacji podatkowej; daňové identifikační číslo;
daňové identifikačné číslo; daňové číslo; daňového čísla; identifikační číslo daňové; skattenummer;
skatte id; skatteregistreringsnummer; momsnummer; momsregistreringsnummer; moms nr; mva nummer;
verotunniste*; veronumero*; alv numero*; alv tunniste*; vsk númer; skattenr; maksukohustuslase number;
maksukohustuslase registreerimisnumber; käibemaksukohustuslase; käibemaksu number; nodokļu maksātāja;
pvn numurs; pvn maksātāja; pvn reģistrācijas; mokesčių mokėtojo; pvm kodas; pvm mokėtojo; porezni broj*;
porezni identifikacijski broj*; poreski broj*; poreski identifikacioni broj*; pdv broj*; davčna številka;
davčno številko; id za ddv; порески број; порески идентификациони број; данъчен номер; ддс номер;
номер по ддс; даночен број; cod fiscal; codul fiscal; cod de identificare fiscală;
codul de identificare fiscală; cod de înregistrare fiscală; număr tva; numri fiskal; numri i tatimpaguesit;
adószám*; adóazonosító*; adó azonosító*; közösségi adószám*; αριθμός φορολογικού μητρώου; φορολογικό μητρώο;
φορολογικού μητρώου; φορολογικός αριθμός; αφμ; vergi no; vergi numara*; vergi kimlik; kdv numara*;
налоговый номер; налоговый идентификационный номер; налоговый идентификатор;
идентификационный номер налогоплательщика; номер налогоплательщика; учетный номер плательщика;
учётный номер плательщика; податковий номер; податкового номера; номер платника податків;
ідентифікаційний номер платника; индивидуальный номер налогоплательщика; ідентифікаційний код платника;
реєстраційний номер облікової картки; מספר עוסק; מספר עוסק מורשה; עוסק מורשה; מספר מס; מספר תיק במס;
מספר מס הכנסה; الرقم الضريبي; رقم ضريبي; رقم التعريف الضريبي; رقمي الضريبي; رقم التسجيل الضريبي;
الرقم الضريبى; کد اقتصادی; شناسه مالیاتی; شماره مالیاتی; कर पहचान संख्या; करदाता पहचान; पैन नंबर;
เลขประจำตัวผู้เสียภาษี; เลขผู้เสียภาษี; ผู้เสียภาษี; 税号; 稅號; 纳税人识别号; 納稅人識別號; 纳税人编号;
纳税识别号; 税务识别号; 税务登记号; 税务号码; 稅務編號; 稅籍編號; 税籍号; 纳税号; 納税者番号; 税番号;
納税者識別番号; 税識別番号; 納税番号; 課税番号; 납세자번호; 납세자식별번호; 납세번호; 납세자 번호; 세금번호;
세금식별번호; 세무번호; 사업자등록번호; 부가세번호; nomor pokok wajib pajak; nomor npwp; nomor pajak;
nombor cukai; no cukai; mã số thuế; số thuế
"""

# What may stand between a phrase and its value: words for "number", an abbreviation in brackets, words for
# "is", and signs. Nothing ends a sentence, and no other word.
NUMBER = (
    "number numbers no nr num nummer numer numero numéro número nº n° № # číslo cislo broj code card id "
    "document reference ref reg registration identification identity service identifier номер нөмірі "
    "код αριθμός αριθμό szám száma numarası numara numarasi kodas numurs numri numărul numar număr "
    "nomor nombor numarani مספר رقم שלי שלו שלה الخاص الخاصة بي مصنع संख्या नंबर नम्बर kortnummer "
    "numeru numerem číslom čís št številka broja numri numrit numeris numurs"
)
IS = (
    "is are was were be reads remains still now also my mine the here being ist sind war lautet lauten "
    "meine mein est sont mon ma le la es son mi era el é e meu minha o a sono mio mia il zijn mijn het "
    "jest to mój moja wynosi brzmi je jsou můj moje sú môj är er min mitt mit on minun minu ir yra mano "
    "mana este eshte është imi im van az είναι μου το η benim dir dır olan это мой моя является равен є "
    "це мій моє е моят ми moj הוא היא שלי هو هي لي است है मेरा हैं là của tôi adalah saya ialah ay ang "
    "ko aking"
)
RUN_NUMBER = "号码 號碼 号 號 码 碼 番号 번호 编号 編號 字号 カード 证号 證號 ของฉัน ของผม ของดิฉัน ของ เลขที่"
RUN_IS = "是 为 為 は が も 는 은 이 가 คือ เป็น 就是 应该是 ですが เลข 我的"
