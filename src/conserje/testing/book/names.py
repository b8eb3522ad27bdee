# SPDX-License-Identifier: Apache-2.0
"""Customers nobody could take for real: invented names, addresses under `.example`, numbers in one row."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from conserje.domain.kit.text import terms

CREDITOR_NAME: Final = "Taller Ejemplo S.A.S."
CREDITOR_TAX_ID: Final = "900.000.000-0"

COMPANIES: Final = (
    "Panadería El Ejemplo S.A.S.",
    "Ferretería La Muestra Ltda.",
    "Café de Mentiras S.A.S.",
    "Clínica Dental Ficticia S.A.S.",
    "Transportes Imaginarios del Norte S.A.",
    "Hotel Sin Dirección S.A.S.",
    "Colegio Bosque Inventado",
    "Librería La Página en Blanco S.A.S.",
    "Textiles De Ensayo S.A.",
    "Floristería Pétalo Supuesto S.A.S.",
    "Viajes A Ninguna Parte S.A.S.",
    "Laboratorio Placebo De Prueba S.A.",
    "Gimnasio Peso Imaginario S.A.S.",
    "Óptica Vista Ficticia Ltda.",
    "Muebles Casa De Papel S.A.S.",
    "Agencia Borrador Uno S.A.S.",
    "Restaurante Plato Inventado S.A.S.",
    "Veterinaria Unicornio Ejemplo S.A.S.",
    "Papelería Hoja De Muestra Ltda.",
    "Seguridad Puerta Pintada S.A.",
    "Emisora Onda Supuesta S.A.S.",
    "Inmobiliaria Castillo En El Aire S.A.S.",
    "Editorial Punto Y Ejemplo S.A.S.",
    "Lavandería Espuma Ficticia S.A.S.",
    "Distribuidora Caja Vacía S.A.",
    "Museo De Lo Inexistente",
    "Fundación Ejemplo Por Ejemplo",
    "Consultores Hipótesis Nula S.A.S.",
    "Repuestos Tornillo Imaginario Ltda.",
    "Estudio Plano Inventado S.A.S.",
)
PEOPLE: Final = (
    "Fulana Ejemplo Muestra",
    "Mengano Ficticio Prueba",
    "Zutana Inventada Ejemplo",
    "Perencejo De Prueba",
    "Citlali Nadie Supuesta",
    "Juan Sin Apellido Real",
    "María Muestra De Ensayo",
    "Pedro Supuesto Ejemplar",
    "Rosa Imaginaria Ficticia",
    "Andrés Borrador Inventado",
    "Lucía Hipótesis Ejemplo",
    "Tomás Ninguno De Muestra",
)
CITIES: Final = ("Bogotá", "Medellín", "Cali", "Barranquilla", "Bucaramanga", "Pereira", "Manizales")
_FIRST: Final = (
    "Laura",
    "Marcos",
    "Sofía",
    "Camilo",
    "Valentina",
    "Julián",
    "Paola",
    "Nicolás",
    "Diana",
    "Óscar",
)
_LAST: Final = ("Ejemplo", "Prueba", "Muestra", "Ficticia", "Supuesto", "Inventada", "Ensayo")


@dataclass(frozen=True, slots=True)
class BookContact:
    """One invented person: `role` in the words of a Colombian sheet."""

    name: str
    role: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class BookCustomer:
    """One invented customer; the first contact is who receives the invoices."""

    name: str
    tax_id: str
    is_company: bool
    city: str
    contacts: tuple[BookContact, ...]


def customers(rng: Random, *, leading: tuple[str, ...] = ()) -> tuple[BookCustomer, ...]:
    """`leading` companies first, then every invented company and person, always in the same order."""
    made = []
    for index, name in enumerate((*leading, *COMPANIES, *PEOPLE)):
        is_company = index < len(leading) + len(COMPANIES)
        number = (
            f"900.000.{101 + index}-{_wrong_check_digit(900_000_101 + index)}"
            if is_company
            else f"9.000.000.{101 + index}"
        )
        people = _contacts(rng, index, name) if is_company else (_self(index, name),)
        made.append(BookCustomer(name, number, is_company, rng.choice(CITIES), people))
    return tuple(made)


def _wrong_check_digit(number: int) -> int:
    """A check digit that this NIT cannot have: the number is nobody's."""
    weights = (3, 7, 13, 17, 19, 23, 29, 37, 41)
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(str(number)), weights, strict=True)) % 11
    right = rest if rest < 2 else 11 - rest
    return (right + 1) % 10


def domain_of(name: str) -> str:
    """The mail domain of an invented company: always under `.example`, which nobody can own."""
    words = [
        word for word in terms(name) if word not in {"s", "a", "ltda", "de", "la", "el", "lo", "del", "y"}
    ]
    return f"{''.join(words[:2])}.example"


def _contacts(rng: Random, index: int, name: str) -> tuple[BookContact, ...]:
    domain = domain_of(name)
    payable = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    people = [BookContact(payable, "Cuentas por pagar", f"facturas@{domain}", _mobile(index, 1))]
    if index % 3 != 2:
        chief = f"{rng.choice(_FIRST)} {rng.choice(_LAST)} De Ejemplo"
        people.append(BookContact(chief, "Gerente general", f"gerencia@{domain}", _mobile(index, 2)))
    if index % 5 == 0:
        people.append(BookContact("Tesorería", "Tesorería", f"tesoreria@{domain}", "+57 601 000 0000"))
    return tuple(people)


def _self(index: int, name: str) -> BookContact:
    local = ".".join(terms(name)[:2])
    return BookContact(name, "Propietario", f"{local}@correo.example", _mobile(index, 1))


def _mobile(index: int, which: int) -> str:
    return f"+57 300 000 {which}{index:03d}"
