# SPDX-License-Identifier: Apache-2.0
"""The question nobody may ask: why a customer has not paid (Ley 2300 de 2023 art. 7, CO). Offering options is fine.

"¿Qué fecha le sirve?" asks for no reason. A field called "Motivo" does.
"""

from __future__ import annotations

from typing import Final

from conserje.domain.rules.phrases import ASK_REASON, Phrase, Place

# Lists of words that patterns name: what paying and being late are called.
NAMES: Final = {
    "pagar": "pag*|cancel*|abon*|cumpl*|consign*|atras*|retras*|demor*|mora|deb*|transfer*|salda*",
    "tarde": "no_pago|impago|mora|atraso*|retraso*|demora*|incumplimiento*|falta_de_pago|tardanza|no_haber_pagado"
    "|no_cancelacion|no_ha_pagado|pago_tardio|pago_pendiente",
    "su": "el|la|los|las|su|sus|tu|tus|este|esta|ese|esa|un|una",
    "motivo": "motivo*|razon*|causa|causas|explicacion*|justificacion*|porque",
    "pay": "pay|paid|pays|paying|payment*|settl*|late|overdue|behind|delay*|missed|outstanding|unpaid",
    "atrasado": "pag*|quit*|atras*|deve*|acert*|deposit*",
    "atraso": "atraso*|nao_pagamento|inadimplencia|demora*|falta_de_pagamento|pagamento_pendente|mora",
}


def _why(
    language: str, *patterns: str, only_by_law: bool = False, at: Place | None = None
) -> tuple[Phrase, ...]:
    places = frozenset(Place) if at is None else frozenset({at})
    return tuple(
        Phrase(ASK_REASON, language, item, "offer_options", only_by_law, places) for item in patterns
    )


QUESTIONS: Final[tuple[Phrase, ...]] = (
    *_why(
        "es",
        "por_que|porque|porq|por_q|pq|xq|xk ... no|aun|todavia|sigue|siguen ... {pagar}|pendiente*|abiert*|vencid* ?",
        "por_que|porque ... no|aun|todavia|sigue ... pag*|cancelo|ha_cancelado|han_cancelado|abono|cumplio ?",
        "por_que !le|les|te|escribimos ... atras*|retras*|demor*|tard*|incumpl* ?",
        "por_que !le|les no|aun_no|todavia_no [se|lo|la|nos] [ha|han|has|hemos|ha_sido] pag*|cancel*|abonad*|cumpl*",
        "por_que [razon|motivo|causa] no|aun_no|todavia_no [nos|se|lo|la] [ha|han|has] pag*|cancelado|abonado|cumplido",
        "por_que se atraso|retraso|demoro|tardo|atrasaron|retrasaron",
        "por_que [usted|ustedes] [se] dejo|dejaron|dejaste de pagar|cumplir|abonar",
        "motivo*|razon*|causa|causas|explicacion*|justificacion* !social|sociales ... del|de|por|para|sobre|tras "
        "[{su}] {tarde}",
        "motivo*|razon*|causa|causas por el|la|lo cual|que no|aun|todavia",
        "cual|cuales|que [es|fue|son|fueron|seria] [{su}] motivo*|razon*|causa|causas|explicacion !social|social_de"
        "|del_reclamo"
        "|de_la_objecion|de_su_objecion|de_su_reclamo|de_contacto ?",
        "a que se debe|debio|debe_que|debe_el ... {tarde}|no|pag*|pendiente*",
        "a_que se debe|debio ?",
        "que|como [le|te|les|nos|lo|la] impid*|imposibilit* ... {pagar} ?",
        "que|como [le|te|les|nos|lo|la] impid*|imposibilit* ?",
        "que le|te|les|nos ocurr*|sucedi*|paso ... {pagar}|factura|cuota ?",
        "que ocurrio|sucedio|paso con ... {pagar}|factura|cuota ?",
        "cuente|cuenteme|cuentenos|cuentanos|diga|digame|diganos|dinos|explique|expliqueme|expliquenos|indique"
        "|indiquenos"
        "|indiqueme|informe|informenos|comente|comentenos|escriba|escribanos|aclare|aclarenos "
        "[aqui|por_favor] por_que|porque|que_paso|que_le_paso|que_ocurrio|que_sucedio",
        "cuente|cuentenos|diganos|dinos|expliquenos|indiquenos|informenos|comentenos|justifique|aclarenos el|la|su"
        "|cual|los|las "
        "motivo*|razon*|causa|causas|es_el_motivo|es_la_razon !del_reclamo|de_la_objecion|de_su_objecion|social",
        "explique|expliquenos|expliqueme|justifique|aclare|aclarenos el|la|su|este|esta retraso|atraso|demora|mora"
        "|incumplimiento|no_pago|impago",
        "motivo*|razon*|causa del|de|por_el_que|por_la_que|por_lo_que [su|la|el] no [ha|han|pago|pagos|cancelo] [pag*]",
        "que problema|inconveniente|dificultad [tuvo|tiene|hubo|ha_tenido] ... {pagar} ?",
        "como es que|posible_que ... no ... {pagar} ?",
        "que excusa|disculpa ... {pagar}|esta_vez|tiene|da ?",
        "que lo|la|los|las|te llevo|llevaron|hizo|motivo a_no|no|incumplir|atrasarse|retrasarse",
        "debido a que|cual ... no|atras* ... {pagar} ?",
    ),
    *_why(
        "es",
        "hay|existe algo|algun_motivo|alguna_razon que ... deten*|impid*|fren*|bloque*|pas*|ocurr*|suced* ?",
        "hay|existe algo|algun_motivo|alguna_razon que [la|lo|le|los|las|les|te|se] [este|esta|estan|esten] "
        "deten*|impid*|fren*|bloque*",
        "que [es_lo_que] [la|lo|los|las|le|te] [esta|estan|este] deteniendo|frenando|detiene|frena|bloquea ?",
        "tuvo|tuvieron|tiene|tienen|ha_tenido algun|alguna|un problema|inconveniente|dificultad para_pagar"
        "|con_el_pago|en_el_pago ?",
        only_by_law=True,
    ),
    *_why(
        "es",
        "motivo*|razon|razones|causa|causas !social|sociales|del_reclamo|del_contacto|de_contacto|de_la_objecion"
        "|de_su_objecion"
        "|del_descuento|de_la_nota|de_la_llamada|de_nuestra",
        "por_que no ... pag*|cancel*|abon*",
        at=Place.LABEL,
    ),
    *_why(
        "en",
        "why|how_come ... not|havent|hasnt|have|has|is|are|did|didnt|arent|isnt|still|wasnt|wont ... {pay} ?",
        "why you|your|the|this [invoice|payment|account|company] [is|are|was|were] [still] "
        "havent|hasnt|have_not|has_not|didnt|did_not|not|late|unpaid|overdue",
        "reason|reasons|explanation|cause for|why|behind|of [your|the|this] [continued] "
        "nonpayment|non_payment|delay*|late_payment|missed_payment|not_paying|missing|default|arrears|lateness",
        "reason|reasons why [you|your|the|this] [invoice|payment] [is|are|have|has] "
        "not|havent|hasnt|late|delayed|overdue|unpaid|still",
        "whats|what_is|what_was the reason|cause [for|of] ?",
        "what is|has|has_been|was|s holding|stopping|stopped|keeping|kept|preventing|prevented ?",
        "whats|what holding|stopping|stopped|keeping|kept|preventing|prevented you|this|it|the|payment",
        "what|whats happened|happening|going_on ... payment*|invoice ?",
        "tell|let|explain|explain_to us|me|us_know why",
        "explain|justify the|your|this delay*|late_payment|non_payment|nonpayment|missed_payment",
        "what|which excuse|difficulty ... {pay}|have ?",
    ),
    *_why(
        "en",
        "is anything|something|there_anything|there_something [that_is|thats|that] holding|stopping|keeping"
        "|preventing ?",
        "are|were you having|experiencing trouble|problems|difficulties ... pay*|invoice ?",
        only_by_law=True,
    ),
    *_why(
        "en",
        "reason|reasons !for_the_dispute|for_dispute|for_contact|for_your_dispute",
        "cause|causes !of_action",
        "why not|unpaid|late",
        at=Place.LABEL,
    ),
    *_why(
        "pt",
        "por_que|porque|pq ... nao|ainda|continua ... {atrasado}|em_aberto|pendente* ?",
        "por_que [motivo|razao] nao|ainda_nao [foi|nos|o|a] pag*|quit*",
        "por_que [voce|o_senhor|a_senhora|voces] [se] atras*|demor*|deixou_de_pagar|parou_de_pagar",
        "motivo*|razao|razoes|causa|causas|justificativa* !social do|da|de|para|pelo|pela|sobre [o|a|seu|sua|este"
        "|esse] {atraso}",
        "motivo*|razao|razoes|causa|causas pelo|pela|por qual|que nao|ainda",
        "qual|quais|que [e|foi|sao|seria] [o|a|os|as|seu|sua] motivo*|razao|razoes|causa|causas !social|do_contato"
        "|da_contestacao ?",
        "a_que|ao_que se deve|deveu ?",
        "o_que|que [lhe|o|a|te] [esta|estao] impedi*|impede*|impediu|atrapalh*|segurando ?",
        "o_que|que aconteceu|houve ... pagamento|fatura|parcela|boleto ?",
        "conte|diga|explique|informe|justifique|esclareca [nos|me] [o|a|qual] motivo*|razao|causa|por_que|porque|atraso"
        " !da_contestacao|do_contato",
        "qual|que desculpa|problema ... {atrasado} ?",
    ),
    *_why(
        "pt",
        "ha|tem|existe algo|algum_motivo|alguma_razao [que] [o|a|lhe] [esta|esteja] impedi*|atrapalh*|segurando"
        "|travando ?",
        "teve|tem|tiveram algum|alguma problema|dificuldade para_pagar|com_o_pagamento|para_o_pagamento ?",
        only_by_law=True,
    ),
    *_why(
        "pt",
        "motivo*|razao|razoes|causa|causas|justificativa !social|da_contestacao|do_contato|da_ligacao|do_desconto",
        at=Place.LABEL,
    ),
)
