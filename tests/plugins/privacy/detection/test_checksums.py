"""Every check is held against python-stdnum, on numbers of which about one in ten is right."""

import random
import string

import pytest
from stdnum.ar import cbu, cuit
from stdnum.at import uid, vnr
from stdnum.au import abn, acn, tfn
from stdnum.be import nn
from stdnum.be import vat as be_vat
from stdnum.bg import egn
from stdnum.bg import vat as bg_vat
from stdnum.br import cnpj, cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.ch import uid as ch_uid
from stdnum.cl import rut
from stdnum.cn import ric, uscc
from stdnum.co import nit
from stdnum.cy import vat as cy_vat
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.de import vat as de_vat
from stdnum.dk import cvr
from stdnum.do import cedula
from stdnum.ec import ci as ec_ci
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu, ytunnus
from stdnum.fr import nif as fr_nif
from stdnum.fr import nir, siren, siret, tva
from stdnum.gb import nhs, utr
from stdnum.gb import vat as gb_vat
from stdnum.gr import amka
from stdnum.gr import vat as gr_vat
from stdnum.hr import oib
from stdnum.hu import anum
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, epic, gstin
from stdnum.is_ import kennitala
from stdnum.it import iva
from stdnum.jp import cn as jp_cn
from stdnum.jp import in_ as jp_in
from stdnum.kr import brn, rrn
from stdnum.lt import asmens
from stdnum.lu import tva as lu_tva
from stdnum.lv import pvn
from stdnum.md import idno
from stdnum.mt import vat as mt_vat
from stdnum.mx import curp
from stdnum.nl import bsn, btw
from stdnum.no import fodselsnummer
from stdnum.no import orgnr as no_orgnr
from stdnum.nz import ird
from stdnum.pe import ruc
from stdnum.pl import nip, pesel, regon
from stdnum.pt import cc
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp, cui
from stdnum.rs import pib
from stdnum.ru import inn, ogrn
from stdnum.se import orgnr, personnummer
from stdnum.si import ddv, emso
from stdnum.sk import dph
from stdnum.th import pin
from stdnum.tr import tckimlik, vkn
from stdnum.tw import ubn
from stdnum.ua import edrpou, rntrc
from stdnum.us import ein, itin, rtn, ssn
from stdnum.ve import rif
from stdnum.vn import mst
from stdnum.za import idnr as za_idnr

from interlock_privacy.detection.detector import NUMBERS

CHECKS = {each.name: each for each in NUMBERS}


def date(rng, order, spread=0):
    """Six or eight digits, mostly a day; some months and days are raised as registers do."""
    year, month, day = rng.randrange(1930, 2019), rng.randrange(1, 13), rng.randrange(1, 29)
    month += rng.choice((0, 0, 0, spread))
    return "".join(
        {"Y": str(year), "y": f"{year % 100:02}", "m": f"{month:02}", "d": f"{day:02}"}[each]
        for each in order
    )


def digits(rng, count):
    return "".join(rng.choice(string.digits) for _ in range(count))


def letters(rng, count, of=string.ascii_uppercase):
    return "".join(rng.choice(of) for _ in range(count))


def spi(rng):
    """The first of the three last digits is right, too."""
    body = rng.choice("0123") + digits(rng, 9)
    return body + f"{int(body) % 511:03}"[0]


# Rules that believe more than stdnum does, or less, and why.
WIDER = {
    "tw.company",  # divisible by five since 2023, by ten before
    "no.fodselsnummer",  # stdnum refuses who is not born yet
}
NARROWER = {
    "kr.brn",  # stdnum looks at its form alone
    "pl.pesel",  # those of the living, which need no word
    "kr.rrn",
    "za.id",
    "cn.uscc",  # stdnum asks for no register and no province
}
D, DL = string.digits, string.digits + string.ascii_uppercase
# Rule, oracle, what stands before the end, and of what the last one or two characters are made.
ORACLES = [
    ("pl.pesel_of_any_century", pesel, lambda r: date(r, "ymd", 20) + digits(r, 4), D),
    ("pl.pesel", pesel, lambda r: date(r, "ymd", 20) + digits(r, 4), D),
    ("pl.nip", nip, lambda r: digits(r, 9), D),
    ("pl.regon", regon, lambda r: digits(r, 8), D),
    ("de.steuer_id", idnr, lambda r: "".join(r.sample("123456789", 9)) + digits(r, 1), D),
    ("de.ust_id", de_vat, lambda r: digits(r, 8), D),
    ("at.svnr", vnr, lambda r: digits(r, 4) + date(r, "dmy")[:-1], D),
    ("at.uid", uid, lambda r: "U" + digits(r, 7), D),
    ("ch.ahv", ahv, lambda r: "756" + digits(r, 9), D),
    ("ch.uid", lambda v: ch_uid.is_valid("CHE" + v), lambda r: digits(r, 8), D),
    ("nl.bsn", bsn, lambda r: digits(r, 8), D),
    ("nl.btw_id", btw, lambda r: digits(r, 9) + "B" + digits(r, 0), D + D),
    ("be.nn", nn, lambda r: date(r, "ymd") + digits(r, 3), D + D),
    ("be.enterprise", be_vat, lambda r: "0" + digits(r, 7), D + D),
    ("lu.vat", lu_tva, lambda r: digits(r, 6), D + D),
    ("fr.nir", nir, lambda r: r.choice("12") + date(r, "ym") + digits(r, 8), D + D),
    ("fr.siren", siren, lambda r: digits(r, 8), D),
    ("fr.siret", siret, lambda r: digits(r, 13), D),
    ("fr.tva", tva, lambda r: letters(r, 2, DL) + digits(r, 8), D),
    ("fr.spi", fr_nif, spi, D + D),
    ("it.partita_iva", iva, lambda r: digits(r, 7) + "0" + digits(r, 2), D),
    ("es.dni", dni, lambda r: digits(r, 8), string.ascii_uppercase),
    ("es.nie", nie, lambda r: letters(r, 1, "XYZ") + digits(r, 7), string.ascii_uppercase),
    ("pt.nif", pt_nif, lambda r: letters(r, 1, "123568") + digits(r, 7), D),
    ("pt.cartao", cc, lambda r: digits(r, 9) + letters(r, 2, DL), D),
    (
        "ro.cnp",
        cnp,
        lambda r: r.choice("1256") + date(r, "ymd") + r.choice(("01", "12", "40", "52")) + digits(r, 3),
        D,
    ),
    ("ro.cui", cui, lambda r: digits(r, 7), D),
    ("se.orgnr", orgnr, lambda r: "556" + digits(r, 6), D),
    ("se.personnummer", personnummer, lambda r: date(r, "ymd") + digits(r, 3), D),
    ("no.fodselsnummer", fodselsnummer, lambda r: date(r, "dmy") + digits(r, 3), D + D),
    ("no.orgnr", no_orgnr, lambda r: r.choice("89") + digits(r, 7), D),
    ("dk.cvr", cvr, lambda r: digits(r, 7), D),
    (
        "fi.hetu",
        lambda v: hetu.is_valid(v, allow_temporary=True),
        lambda r: date(r, "dmy") + "A" + digits(r, 3),
        DL,
    ),
    ("fi.ytunnus", ytunnus, lambda r: digits(r, 7), D),
    ("is.kennitala", kennitala, lambda r: date(r, "dmy") + digits(r, 2) + digits(r, 1), D),
    ("ee.isikukood", ik, lambda r: r.choice("3456") + date(r, "ymd") + digits(r, 3), D),
    ("lt.asmens_kodas", asmens, lambda r: r.choice("3456") + date(r, "ymd") + digits(r, 3), D),
    ("lv.personas_kods", pvn, lambda r: date(r, "dmy") + "1" + digits(r, 3), D),
    ("uk.nhs", nhs, lambda r: digits(r, 9), D),
    ("uk.utr", utr, lambda r: digits(r, 9), D),
    ("uk.vat", gb_vat, lambda r: digits(r, 7), D + D),
    ("ie.pps", pps, lambda r: digits(r, 7), string.ascii_uppercase),
    ("cz.rodne_cislo", rc, lambda r: date(r, "ymd", 50) + digits(r, 3), D),
    ("sk.dic", dph, lambda r: digits(r, 9), D),
    ("hu.adoszam", anum, lambda r: digits(r, 7), D),
    ("hr.oib", oib, lambda r: digits(r, 10), D),
    ("si.emso", emso, lambda r: date(r, "dm") + r.choice(("987", "005")) + digits(r, 5), D),
    ("si.davcna", ddv, lambda r: digits(r, 7), D),
    ("rs.pib", pib, lambda r: digits(r, 8), D),
    ("bg.egn", egn, lambda r: date(r, "ymd", 20) + digits(r, 3), D),
    ("bg.bulstat", bg_vat, lambda r: digits(r, 8), D),
    ("gr.afm", gr_vat, lambda r: digits(r, 8), D),
    ("gr.amka", amka, lambda r: date(r, "dmy") + digits(r, 4), D),
    ("cy.tic", cy_vat, lambda r: digits(r, 8), string.ascii_uppercase),
    ("mt.vat", mt_vat, lambda r: digits(r, 6), D + D),
    ("tr.tckn", tckimlik, lambda r: digits(r, 9), D + D),
    ("tr.vkn", vkn, lambda r: digits(r, 9), D),
    ("il.teudat_zehut", il_idnr, lambda r: digits(r, 8), D),
    ("ru.inn", inn, lambda r: digits(r, 9), D),
    ("ru.inn", inn, lambda r: digits(r, 10), D + D),
    ("ru.ogrn", ogrn, lambda r: r.choice("15") + date(r, "y") + "77" + digits(r, 7), D),
    ("ua.rnokpp", rntrc, lambda r: digits(r, 9), D),
    ("ua.edrpou", edrpou, lambda r: digits(r, 7), D),
    ("md.idnp", idno, lambda r: "1" + digits(r, 11), D),
    ("us.ssn", ssn, lambda r: digits(r, 8), D),
    ("us.itin", itin, lambda r: "9" + digits(r, 2) + r.choice("789") + digits(r, 4), D),
    ("us.ein", ein, lambda r: digits(r, 8), D),
    ("us.routing", rtn, lambda r: r.choice(("02", "11", "26", "64")) + digits(r, 6), D),
    ("ca.sin", sin, lambda r: digits(r, 8), D),
    ("br.cpf", cpf, lambda r: digits(r, 9), D + D),
    ("br.cnpj", cnpj, lambda r: digits(r, 12), D + D),
    ("mx.curp", curp, lambda r: "GODE" + date(r, "ymd") + "HDFRRN" + letters(r, 1, DL), D),
    ("ar.cuit", cuit, lambda r: r.choice(("20", "27", "30")) + digits(r, 8), D),
    ("ar.cbu", cbu, lambda r: "0110012" + digits(r, 13), D + D),
    ("cl.rut", rut, lambda r: digits(r, 8), D + "K"),
    ("co.nit", nit, lambda r: digits(r, 9), D),
    ("pe.ruc", ruc, lambda r: r.choice(("10", "20")) + digits(r, 8), D),
    ("ec.cedula", ec_ci, lambda r: r.choice(("01", "17", "24")) + digits(r, 7), D),
    ("ve.rif", rif, lambda r: r.choice("VEJPG") + digits(r, 8), D),
    ("do.cedula", cedula, lambda r: digits(r, 10), D),
    ("cn.resident_id", ric, lambda r: "110101" + date(r, "Ymd") + digits(r, 3), D + "X"),
    ("cn.uscc", uscc, lambda r: "91" + digits(r, 6) + letters(r, 9, "0123456789ABCDEFGH"), DL),
    ("tw.company", ubn, lambda r: digits(r, 7), D),
    ("kr.rrn_of_2020", rrn, lambda r: date(r, "ymd") + r.choice("12") + "00" + digits(r, 3), D),
    ("kr.rrn", rrn, lambda r: date(r, "ymd") + r.choice("12") + "00" + digits(r, 3), D),
    ("kr.brn", brn, lambda r: "1" + r.choice("123456") + digits(r, 7), D),
    ("jp.my_number", jp_in, lambda r: digits(r, 11), D),
    ("jp.corporate", jp_cn, lambda r: digits(r, 12), D),
    ("in.aadhaar", aadhaar, lambda r: r.choice("23456789") + digits(r, 10), D),
    ("in.gstin", gstin, lambda r: "27" + "AAPFU" + digits(r, 4) + "F1Z", DL),
    ("in.epic", epic, lambda r: letters(r, 3) + digits(r, 6), D),
    ("th.id", pin, lambda r: r.choice("12345678") + digits(r, 11), D),
    ("vn.mst", mst, lambda r: digits(r, 9), D),
    ("za.id_of_old", za_idnr, lambda r: date(r, "ymd") + digits(r, 4) + "08", D),
    ("za.id", za_idnr, lambda r: date(r, "ymd") + digits(r, 4) + "08", D),
    ("au.tfn", tfn, lambda r: digits(r, 8), D),
    ("au.abn", abn, lambda r: digits(r, 10), D),
    ("au.acn", acn, lambda r: digits(r, 8), D),
    ("nz.ird", ird, lambda r: digits(r, 8), D),
]


@pytest.mark.parametrize(
    ("name", "oracle", "body", "tail"), ORACLES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_check_agrees_with_stdnum(name, oracle, body, tail):
    rng = random.Random(name)
    ours = CHECKS[name].check
    theirs = oracle if callable(oracle) else oracle.is_valid
    ends = [a + b for a in D for b in D] if tail == D + D else list(tail)
    right, apart = 0, []
    for _ in range(1200 // len(ends) if len(ends) > 30 else 60):
        start = body(rng)
        for end in ends:
            value = start + end
            right += theirs(value)
            if (name in NARROWER and not ours(value)) or (name in WIDER and ours(value)):
                continue
            if bool(theirs(value)) != ours(value):
                apart.append((value, ours(value)))
    assert not apart[:5], (len(apart), right)
    assert right
