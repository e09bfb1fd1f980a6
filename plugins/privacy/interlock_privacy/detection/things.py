"""Words that say that a number beside them is no telephone number, and those that say that it is one.

In lower case; one that ends in * begins words, one that begins with it ends them. In scripts that put no
space between words, a label may stand anywhere in a run of letters.
"""

__all__ = ["ACCOUNTS", "CALLS", "GOODS", "LINKS", "NAMELESS", "NUMBER_WORDS", "PLACES", "THINGS"]

# Numbers of goods and of papers: they speak against persons' numbers too, where a check alone supports those.
GOODS = (
    # English; Romance languages
    "serial part parts batch lot item article model order orders order* invoice* ref reference ticket "
    "sku tracking isbn issn ean doi version ver build revision commit sha hash uuid guid timestamp "
    "epoch transaction txn shipment parcel amount price total sum consignment imei* commande* "
    "facture* ordre ordres référence* suivi colis pedido* factura* seguimiento envío importe "
    "encomenda* fatura* rastreio rastreamento ordine ordini fattura* articolo spedizion* série serie "
    "comandă comanda comenzi awb prix preis betrag albarán "
    # Germanic
    "bestell* rechnung* auftrag* artikel* sendung* serien* teilenummer* teilenr chargen* serienr "
    "serienummer* bestelnummer* bestelling* factuur* onderdeel* zending* ordernummer* ordernr* ordre* "
    "faktura* fakturanr* kolli* forsendels* sporings* varenummer* varenr* bestilling* beställning* "
    "raðnúmer* pöntun* "
    # Slavic, Baltic, Finnic, Hungarian
    "seryjn* zamówien* zamowien* faktur* przesył* przesyl* partii partia artykuł* indeks wersja kwota "
    "suma cena sériov* objednáv* zásil* dílu dielu faktúr* seriov* objednav* serijsk* narudžb* "
    "narudzb* pošiljk* posiljk* artikl* naročil* narocil* račun racun серийн* серийния сериен заказ* "
    "счёт счет накладн* артикул* партия партии посылк* трек серійн* замовлен* рахун* посил* накладної "
    "поръчк* товарителниц* артикулен серијск* наруџб* пошиљк* нарачк* фактур* серыйн* заказу sērijas "
    "pasūtīj* rēķin* sūtīj* serijos užsakym* sąskait* siuntos siunta seeria* tellimus* tellimuse arve "
    "saadetis* sarjanumero* tilaus* lasku laskun* seuranta* osanumero* gyári gyártási rendelés* "
    "számlaszám* csomagszám* cikkszám* sorozatszám* "
    # Greek, Turkic, Albanian
    "σειριακ* παραγγελ* τιμολόγι* τιμολογ* αποστολ* seri sipariş* siparis* fatura* gönderi* kargo "
    "parça stok sifariş* serial* porosi* porosie faturë* тапсырыс* "
    # Semitic, Indo-Iranian, Caucasian
    "סידורי הזמנה הזמנת חשבונית משלוח קבלה التسلسلي تسلسلي الطلب طلب الفاتورة فاتورة الشحنة شحنة "
    "القطعة سریال سفارش فاکتور رهگیری مرسوله قطعه क्रम ऑर्डर आदेश चालान ट्रैकिंग पार्ट इनवॉइस সিরিয়াল "
    "অর্ডার চালান ஆர்டர் რიგითი შეკვეთ պատվեր "
    # South-east Asia
    "หมายเลขเครื่อง คำสั่งซื้อ ใบแจ้งหนี้ พัสดุ รหัสสินค้า ใบเสร็จ ซีเรียล pesanan faktur* seri resi "
    "cadang siri invois penjejakan bahagian hóa đơn "
    # Chinese, Japanese, Korean
    "订单 单号 流水 运单 快递 版本 编号 批次 訂單 單號 編號 注文 伝票 주문 송장 序列号 序號 批号 批號 "
    "发票 發票 货号 貨號 料号 料號 零件号 条码 條碼 型号 车架号 型號 产品号 商品编码 金额 价格 "
    "製造番号 製番 品番 型番 請求書番号 追跡番号 商品番号 シリアル 일련번호 운송장 부품번호 상품번호 "
    "청구번호 금액 "
)

# Other numbers that have a name: they speak against telephone numbers alone, since a person may be beside
# them.
THINGS = (
    "*nummer *nummern *nummeret *nr *numero *szám *száma *number *numuri 番号 번호 sê phẩm customer "
    "client account contract policy case meter asset inventory booking reservation member membership "
    "employee student matric* licence license plate vin chassis vehicle product barcode voucher "
    "coupon receipt quote offer request incident issue bug pull zip postcode room flight train seat "
    "id code pin otp dossier docket application registration file folio claim patient record registry "
    "pump engine iccid imsi key sort routing swift bic blz konto konta kontonummer* kontonr* row rows "
    "page pages "
    # Romance
    "client* clients contrat* compteur* police dossier* réservation* adhérent* inventaire* pièce "
    "pièces compte matricule* devis bon lot lots code cliente* clientes contrato* medidor* contador* "
    "póliza* poliza* expediente* reserva* lote lotes pieza* peça* cuenta conta socio inventario* "
    "matrícula* matricula* código* codigo* apólice* apolice* processo* produto* producto* codice "
    "codici cliente clienti contratto contratti contatore polizza* pratica pratiche prenotazion* "
    "lotto lotti conto inventario protocollo dosar* poliț* contract* contor* cod produs* rezervare* "
    "inventar* "
    # Germanic
    "kunden* vertrag* zähler* zaehler* police* policen* versicherungs* inventar* akten* vorgang* "
    "mitglied* personalnummer* matrikel* fahrgestell* gerät* geräte* buchungs* ticket* lieferschein* "
    "angebot* klant* contract* meter* polis* dossier* reservering* rekening* kenteken* lidmaatschap* "
    "kund kund* kunde* avtal* mätar* försäkring* ärende* boknings* diarie* aftale* måler* booking* "
    "journal* avtale* polise* medlem* viðskipta* samning* "
    # Slavic, Baltic, Finnic, Hungarian
    "klient* umow* umów licznik* polis* inwentarz* sygnatur* zgłosz* zglosz* rezerwacj* spraw* kod "
    "kodu konto zákazník* zakazk* zakázk* smlouv* elektroměr* pojist* rezervac* inventár* zmluv* "
    "merač* merac* poist* kupca kupac ugovor* brojil* predmet* polica* police rezervacij* strank* "
    "pogodb* števc* stevc* šifra sifra клиент* договор* счётчик* счетчик* полис* дело дела заявк* "
    "инвентарн* бронирован* клієнт* договір* лічильник* поліс* справа справи інвентарн* код кода "
    "електромер* полиц* клиентск* уговор* бројил* klienta līgum* skaitītāj* preces kods kliento "
    "sutart* skaitikl* prekės kodas kliendi* leping* arvesti* toote* asiakas* sopimus* mittari* "
    "vakuutus* viite* varaus* tuote* ügyfél* szerződés* mérő* kötvény* ügyszám* foglalás* rendszám* "
    "vevő* "
    # Greek, Turkic, Albanian
    "πελάτη* πελατ* κωδικ* σύμβασ* συμβάσ* μετρητή* συμβολαί* πρωτοκόλλ* κράτησ* müşteri* musteri* "
    "sözleşme* sozlesme* sayaç* sayac* poliçe* police* dosya* rezervasyon* ürün* kod kodu klienti* "
    "kontrat* "
    # Semitic, Indo-Iranian
    "לקוח חוזה מונה פוליסה תיק מקט קוד العميل عميل العقد عقد العداد عداد البوليصة بوليصة القضية قضية "
    "الحساب رمز كود مشتری قرارداد کنتور کد پرونده ग्राहक अनुबंध मीटर खाता कोड গ্রাহক চুক্তি "
    # South-east Asia
    "รหัสลูกค้า สัญญา มิเตอร์ กรมธรรม์ รหัส pelanggan kontrak meteran polis produk kode kod mã hàng "
    "khách hợp đồng "
    # Chinese, Japanese, Korean
    "客户号 客戶號 合同 合约 合約 电表号 電表號碼 電表 保单 保單 案件号 案号 案號 会员号 會員號 学号 "
    "工号 户号 戶號 验证码 驗證碼 邮编 账号 帐号 帳號 工单号 票号 受付番号 契約番号 証券番号 "
    "お客様番号 顧客番号 会員番号 管理番号 予約番号 口座番号 問い合わせ番号 メーター番号 고객번호 "
    "계약번호 계량기 증권번호 접수번호 회원번호 예약번호 계좌번호 관리번호 코드 "
    # Of staff, models, keys, labels, purchases and places, in all of them
    "orden compra* empleado* activo placa etiqueta* etichetta* étiquette* etiket* dipendente* "
    "chiave licenza* licencia* licença* seriale prodotto* produit* modèle* modelo* modello* model* "
    "employé* salarié* funcionário* funcionario* chave clave patrimônio* angajat* cheie etichet* "
    "postal* post* personal* mitarbeiter* schlüssel* modell* anställning* nyckel* personeels* "
    "medewerker* sleutel* medarbejder* nøgle* ansatt* pracownik* klucz* etykiet* pocztow* zaměstnan* "
    "zamestnan* osobní klíč* kľúč* zaposlen* ključ* proizvod* сотрудник* табельн* модел* ключ* актив* "
    "метк* этикетк* закупк* співробітник* служител* darbiniek* darbuotoj* töötaja* mudel* silt laite* "
    "tunniste* työntekij* malli* avain munkavállaló* azonosító* eszköz* megrendelés* beszerz* "
    "starfsmanna reikning* tegund* eign* ετικέτα* κλειδί υπαλλήλ* υπάλληλ* μοντέλ* προϊόντ* çalışan* "
    "personel* demirbaş* anahtar* punonjës* נכס תג עובד דגם מפתח רישיון מוצר רכש الموظف موظف الأصل "
    "ترميز التسلسل المنتج مفتاح مدل محصول خرید کلید برچسب دارایی کارمند कर्मचारी मॉडल karyawan pekerja "
    "permintaan pemesanan pembelian empleyado produkto seryal nhân mẫu รุ่น พนักงาน 员工 產品 产品 密钥 "
    "標籤 标签 資產 资产 采购 採購 従業員 モデル 資産 タグ プロダクトキー 発注 직원 사원 모델 제품 "
    "자산 태그 발주 "
    # Of selling, storing, building and keeping books, in all of them
    "terminal pallet pallets drawing quote quotation estimate waybill manifest warranty release position "
    "project task expense vendor supplier requisition catalogue catalog gtin mpn upc ledger "
    "container lieferschein* kostenstelle* "
    "gutschrift* projekt* pos kasse leergut kennzeichen palette* zählerstand* zeichnungs* beleg* buchung "
    "auftrag avoir devis colis livraison index écriture poste caisse plan immatriculation dépense projet "
    "albarán* presupuesto* palé plano bastidor caja lectura proyecto tarea gasto remito asiento guía ddt "
    "bolla preventivo commessa bancale disegno targa cassa registrazione lettura progetto spesa guia "
    "remessa orçamento* palete desenho placa caixa leitura lançamento despesa projeto tarefa pakbon* "
    "kostenplaats* grootboek* creditnota* meterstand* tekening* kassa zending* partij offerte* opdracht* "
    "uitgave* zlecen* ofert* korekt* palet* rysun* kasa mpk wz pozycj* zadan* wydat* stan+licznika "
    "dodací+list nabídk* ponuk* dobropis* výkres* pokladn* spis šarž* úkol* výdaj* spz středisk* "
    "följesedel* offert* kreditnota* kostnadsställe* mätarställning* pall ritning* regnr ocr verifikat* "
    "uppgift* utgift* följesedlar* følgeseddel* tilbud* omkostningssted* målerstand* palle sag opgave* "
    "udgift* lähetyslista* tarjous* hyvityslasku* kustannuspaikka* mittarilukema* lava erä projekti* viite* "
    "szállítólevél* ajánlat* jóváíró költséghely* mérőállás* raklap* munkalap* tétel* bizonylat* aviz* "
    "proiect* irsaliye* teklif* palet iş+emri fiş proje* προσφορ* πιστωτικ* παλέτ* έργο έργου ένδειξη "
    "предложени* чертеж* чертёж* паллет* наряд* проводк* касса показани* проект* задач* расход* исх вх "
    "пропозиц* палет* вих شحنة قيد عرض أمر إذن vận+đơn báo+giá surat+jalan penawaran jurnal कोटेशन "
    "प्रविष्टि संदर्भ 物料 凭证 货架 托盘 图纸 报价 送货 采购单 科目 成本中心 收银 保修 納品 見積 "
    "作業指示 原価 検針 保証書 "
    "パレット 品目 得意先 납품 견적 작업지시 전표 품목 검침 보증서 팔레트 "
)

# Of those, what a payment card's number may be called too.
ACCOUNTS = (
    "account konto kont cuenta conta conto compte rekening számla účet účt račun счёт счет рахун сметк "
    "λογαριασμ hesap hesab חשבון حساب खाता tài rekening 账号 账户 帐号 帳號 帳戶 户号 戶號 口座 계좌 계정"
)

# That a number is a telephone number.
CALLS = (
    "foon ffôn fón taleefan* ទូរស័ព្ទ ဖုန်း desk *telefon *telefonnummer *telefonnr *rufnummer *handy "
    "*mobil *mobilnummer *mobilnr *phone *puhelin *puhelinnumero *telefoon *telefoonnummer *telefono "
    "*телефон *telefonszám *mobilszám privatnummer* büronummer* dienstnummer* kontaktnummer* "
    "kontaktnr* servicenummer* festnetz* fastnet* durchwahl* hotlinenummer* hemnummer* jobbnummer* "
    "tél 電話番号 携帯番号 連絡先番号 전화번호 휴대폰번호 핸드폰번호 연락처번호 폰번호 tel telefon* "
    "telefón* telèfon* téléfon* téléphon* telephone* telefo* phone phones phone* mobile mobil* mobiel "
    "mobie* cell cellphone cellular call calls calling called fax telefax whatsapp viber sms hotline "
    "helpline landline portable móvil movil móviles celular* cellulare cellular* kom komórk* komork* "
    "komórce handy handy* rufnummer* ruf puhelin* puhelim* puh mob tlf gsm telemóvel telemovel* fono "
    "fon teléfono teléfonos teléfon* τηλ τηλέφων* τηλεφων* τηλεφών* κινητό κινητ* тел телефон* тэлефон* моб "
    "мобильн* мобілн* мобільн* мобилн* мобилен звон* сотов* κιν telefoon* 电话 手机 座机 联系方式 "
    "热线 手機 電話 携帯 ファックス 傳真 行動 전화 휴대 연락처 핸드폰 โทร טלפון נייד هاتف جوال dial "
    "dials ring text txt reach contact dzwoń dzwon* zadzwoń zadzwon* zadzwo* oddzwo* appel* appelez "
    "joindre contacter llam* llámame llame* ruf* anruf* erreich* answer answers answering messages "
    "voicemail callback dialling dialing odbiera* réponde* répond* erreichbar* whats wa "
    "kontakttelefon* hívj* hívható hívjon hívás* felhív* telefonon számon zavol* volejte volajte "
    "volat* zvoni* nazovi* nazvat* zovi* zovite mobitel* pozov* pokli* dosegljiv* sunați* sunati* "
    "sunaţi* apela* mobilul* zvaniet* tālr* tālrun* talrun* mobilais skambin* mobilus* skambut* "
    "helista* mobiil* soita soitta* ringer ringa bel bellen belt bereik* chiam* chiama* cellul* ligue "
    "ligar telemó* contacte contato marcar hringdu sími síma* símanúmer* arayın arayin arayabilir* "
    "aray* cep обади* обадете звъни* позвон* звоните дзвон* дзвін* зателефон* подзвон* набер* набрати "
    "телефонувати позови* позив* καλέστε καλεσ* πάρε πάρτε simu piga telepon* telp tlp hp nohp "
    "hubungi bimbit thoại sđt đt gọi dđ zalo tawag* tumawag selpon טל הנייד בנייד הטלפון בטלפון "
    "פלאפון סלולרי התקשר התקשרו להתקשר תתקשר חייג חייגו וואטסאפ الهاتف هاتفي هاتفك بالهاتف الجوال "
    "جوالي موبايل الموبايل تلفون تليفون محمول المحمول اتصل اتصلوا الاتصال اتصال واتساب واتس تلفن "
    "تلفنم موبایل همراه تماس زنگ بزنید فون موبائل फ़ोन फोन मोबाइल कॉल संपर्क दूरभाष व्हाट्सएप ফোন মোবাইল "
    "কল தொலைபேசி கைபேசி ఫోన్ เบอร์ มือถือ โทรศัพท์ ติดต่อ ტელეფონ მობილურ հեռախոս утас ұялы 微信 拨打 "
    "致电 来电 呼叫 撥打 請撥 聯絡 聯繫 联系 連絡先 ケータイ ケイタイ 스마트폰 연락 문자 "
)

# What adds one number to another behind the same word.
LINKS = (
    "and or und oder et ou y o e oraz i lub albo a nebo alebo ili и или та або чи og eller och ja tai "
    "és vagy sau și ve veya en of hoặc dan atau at home work office dom biuro privat büro και ή או أو "
    "و یا और या 或 和 及 또는 및 หรือ และ または "
)

# Where or whose a telephone is, as is written behind its number.
PLACES = (
    "office work home desk main direct dienstl büro privat bureau domicile dom biuro praca casa "
    "oficina ufficio kantoor kontor hem hjem ofis iş дом раб офис "
)

# Words for "number" and "code" beside the name of what has one; and words beside them that are no such
# name.
NUMBER_WORDS = (
    "no nos nr nrs num id n n° nº № number nummer numero numéro número numer nro číslo č номер αρ "
    "αριθμός κωδ "
    "sz szám nosu numara numarası broj št številka število sorszám ref code cod cód kod kód код"
)
NAMELESS = (
    "your their this that with under mein meine meiner ihre deine unter lautet votre notre vôtre este "
    "esta suo sua seus vuestro jouw onze mojego moim twój pana pani pod numerem minun ditt vaše naše mého "
    "меня мой моего ваш наш мого мені person personal card karta karte carte tarjeta cartão carta kort "
    "reads remains still mine here sind war lauten moja wynosi brzmi jsou můj olan является равен είναι "
    "number nummer numer numero numéro número номер code kod код user "
    "users patient citizen national nationale voter persons customers"
)
