"""Made-up names, each with the letters a colleague would type for it. Nobody real is meant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name as people write it, and in the letters of an account name, written down by hand."""

    text: str
    ascii: str

    @property
    def latin(self) -> str:
        """The spelling in a passport, which sources hold for names in other scripts; empty for Latin names."""
        return "" if self.text[0] < "\u0370" else self.ascii.title()


def _names(text: str) -> tuple[Name, ...]:
    """One name a line; `name = letters` where the letters are not the name itself in lower case."""
    lines = (line.partition("=") for line in text.strip().splitlines())
    return tuple(Name(name.strip(), letters.strip() or name.strip().lower()) for name, _, letters in lines)


GIVEN = {
    "latin": _names("""
        Anna
        Ben
        Clara
        David
        Emma
        Felix
        Greta
        Hannah
        Ian
        Julia
        Kevin
        Laura
        Martin
        Nina
        Oliver
        Paula
        Robert
        Sarah
        Thomas
        Ursula
        Victor
        Wanda
        Xaver
        Yvonne
        Zoltan
        José = jose
        Zoë = zoe
        Émile = emile
        Łukasz = lukasz
        Åsa = asa
        Søren = soren
        Çağla = cagla
        Íñigo = inigo
        Jörg = jorg
        Jean-Luc = jeanluc
        Mary Ann = maryann
        Siobhán = siobhan
        Þóra = thora
        Ömer = omer
        Štěpán = stepan
    """),
    "greek": _names("""
        Γιώργος = giorgos
        Ελένη = eleni
        Νίκος = nikos
        Μαρία = maria
        Κώστας = kostas
    """),
    "cyrillic": _names("""
        Иван = ivan
        Мария = maria
        Борис = boris
        Олена = olena
        Петро = petro
    """),
    "chinese": _names("""
        伟 = wei
        芳 = fang
        丽 = li
        明 = ming
    """),
    "arabic": _names("""
        محمد = mohammed
        سارة = sara
        كريم = karim
        ليلى = layla
    """),
}

FAMILY = {
    "latin": _names("""
        Smith
        Jones
        Brown
        Becker
        Fischer
        Wagner
        Schmidt
        Martin
        Bernard
        Rossi
        Ferrari
        Novak
        Horvat
        Kowalski
        Jansen
        Svensson
        Larsen
        Silva
        Santos
        Costa
        Murphy
        Kelly
        Taylor
        Wilson
        Evans
        Meyer
        Weber
        Richter
        Hoffmann
        Keller
        Brandt
        Krause
        Lorenz
        Simon
        Winter
        Sommer
        Bianchi
        Moreau
        Dubois
        Laurent
        Müller = muller
        Schröder = schroder
        Groß = gross
        Jäger = jager
        Weiß = weiss
        Ødegård = odegard
        Łapiński = lapinski
        García = garcia
        Núñez = nunez
        Dvořák = dvorak
        Şahin = sahin
        Yıldız = yildiz
        Gonçalves = goncalves
        Lefèvre = lefevre
        Sjöström = sjostrom
        Æbelø = aebelo
        O'Brien = obrien
        O’Connor = oconnor
        D'Angelo = dangelo
        Müller-Lüdenscheidt = mullerludenscheidt
        García Márquez = garciamarquez
        de la Cruz = delacruz
        van der Berg = vanderberg
        Smith-Jones = smithjones
        Ng
        Li
    """),
    "greek": _names("""
        Παπαδόπουλος = papadopoulos
        Νικολάου = nikolaou
        Γεωργίου = georgiou
        Δημητρίου = dimitriou
    """),
    "cyrillic": _names("""
        Иванов = ivanov
        Петров = petrov
        Сидоренко = sidorenko
        Коваль = koval
    """),
    "chinese": _names("""
        王 = wang
        李 = li
        张 = zhang
        陈 = chen
    """),
    "arabic": _names("""
        حسن = hassan
        العلي = alali
        منصور = mansour
    """),
}

SCRIPTS = ("latin",) * 88 + ("greek",) * 4 + ("cyrillic",) * 4 + ("chinese",) * 2 + ("arabic",) * 2
"""How often each script is met, in a hundred people."""
