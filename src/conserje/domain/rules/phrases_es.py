# SPDX-License-Identifier: Apache-2.0
"""What no text in Spanish may say, besides the question why."""

from __future__ import annotations

from typing import Final

from conserje.domain.rules import phrases as p
from conserje.domain.rules.phrases import Phrase, Place

NAMES: Final = {
    "uno": "un|una|el|la|los|las|mas|mayores|futuros|futuras|cualquier|posibles",
    "de": "de|los|las|todos|sus",
    "bienes": "sus_bienes|su_cuenta|sus_cuentas|su_salario|su_sueldo|su_casa|su_vivienda|su_vehiculo|su_carro|su_nomina"
    "|los_bienes|bienes|cuentas|salarios|inmuebles|el_sueldo|el_salario",
    "pariente": "jefe|jefa|empleador|patron|familia|familiares|esposa|esposo|mama|papa|padres|hijos|vecinos|vecino"
    "|companeros|referencias|clientes|proveedores|socios|conocidos|amigos|colegas",
    "nadie": "sinverguenza*|descarad*|tramposo*|tramposa*|vividor*|conchud*|tacano*|vago|vagos|sin_verguenza"
    "|mentiros*|ratero*|rata|ratas"
    "|cinic*",
}

SPANISH: Final[tuple[Phrase, ...]] = (
    *Phrase.every(
        p.THREAT,
        "es",
        "say_next_step",
        "so_pena de",
        "embargar|embargaremos|embargaran|embargarle|embargado|embargados|embargamos",
        "embargo|embargos de|sobre|a|judicial|preventivo [{de}] {bienes}",
        "proceder*|solicitar*|iniciar*|pedir*|ordenar*|orden|tramitar*|evitar|evite|habra|viene|riesgo|so_pena"
        "|proceso|medida|diligencia"
        " [al|el|un|de|con_el|del] embargo*",
        "embargo judicial|inmediato|preventivo|ejecutivo",
        "atengase|atenerse|atenganse|atente a las|sus consecuencias",
        "consecuencias legales|juridicas|penales|graves|negativas|judiciales",
        "carcel|prision|arresto|arrestar*|detencion",
        "accion|acciones|medida|medidas|via|vias|proceso|procesos legal|legales|judicial|judiciales|penal|penales"
        "|juridica"
        "|juridicas|ejecutivo|ejecutivos",
        "pasa|pasara|pasar|pasamos|pasaremos|trasladar*|remitir*|enviar*|escalar* [su|el|la|este|esto] [caso|cuenta"
        "|factura]"
        " a|al [cobro|area|departamento] juridic*|judicial",
        "iremos|nos_vemos|lo_vemos|ira|llevaremos|llevarlo|llevarla a|en|ante [los|la|las] juzgado*|tribunal*"
        "|estrados|corte|justicia",
        "juicio|pleito [ejecutivo] contra|en_su_contra|en_contra",
        "lo|la|los|las|te|le vamos_a|vas_a|van_a demandar|denunciar|embargar",
        "denunciar*|denuncia|querella|demandaremos|demandarlo|demandarla|demandado",
        "evite|evita|eviten|evitese|evitemos [que] [{uno}] reporte*|inconveniente*|problema*|consecuencia*|sancion*"
        "|proceso*"
        "|molestia*|disgusto*|sorpresa*|dolor*|gestion*_judicial*",
        "para evitar|evitarse|evitarle [{uno}] problemas|inconvenientes|consecuencias|sanciones|molestias|acciones"
        "|procesos"
        "|disgustos|reportes|medidas",
        "mandaremos|enviaremos|mandamos|enviamos [a] alguien|un_funcionario|un_cobrador|gente|personal|un_motorizado "
        "... su|tu casa|oficina"
        "|domicilio|trabajo|empresa|negocio|puerta",
        "visita*|visitaremos|iremos|pasaremos|llegaremos [a|en|por|hasta] su|tu casa|oficina|domicilio|trabajo"
        "|empresa|residencia|negocio",
        "sabemos donde|en_donde vive|trabaja|estudian|vives|trabajas",
        "le|te|les va|puede|van|pueden [a] pesar|salir|costar caro|muy_caro|mal",
        "se|te|lo va|vas|van a arrepentir",
        "aplicar*|imponer* [las|todas_las|una|la] sancion*|multa*|penalidad*",
        "suspender*|cortar*|bloquear* [su|sus|el|la|todos|todas|de|inmediato] [los|las|sus] servicio*|linea*|equipo* "
        "si|hoy|hasta|de_inmediato|por_mora|por_no",
        "ultimo|antes plazo|de antes_de|pasar|iniciar|proceder|tomar [a|con] [las|la] [acciones|accion] [juridic*"
        "|legal*|judicial*]",
        "perdera|perderas|perder*|quitar*|quitaremos|rematar*|remate su|sus|la|el casa|vivienda|carro|vehiculo|bienes"
        "|empleo|negocio",
        "orden de_captura|de_arresto",
        "quedara|quedar|queda|quede sin|fuera_del credito|trabajo|servicio|sistema_financiero",
    ),
    *Phrase.every(
        p.SHAME,
        "es",
        "state_the_facts",
        "por_fin al_dia|pago|pagaron|aparece|contesta|responde",
        "verguenza|deshonra|da_pena|que_pena_con_usted|vergonzos*",
        "mala|mal paga|pagador|pagadora|pagadores|pagas",
        "incumplid*|incumplimientos_reiterad*|irresponsab*|moroso_habitual",
        "ignoro|ignoraron|ignorado|ignoraste|ignorando|ignoras|ignora [todos|nuestr*|los|las|mis|#]",
        "ante|frente_a|pese_a|a_pesar_de|dado|visto su|tu silencio|desinteres|indiferencia|falta_de_compromiso"
        "|negativa",
        "cuantas veces le|les|te [hemos|he] llamado|escrito|avisado|insistido|pedido|dicho|recordado",
        "ya|cuantas|tantas le|les|te [hemos|he] escrito|llamado|avisado|insistido [ya] mil|muchas|varias|#|tantas"
        "|demasiadas veces",
        "honre|demuestre|honra|cumpla [con] su|la|tu palabra|seriedad|honestidad|deber",
        "falta|faltas de palabra|seriedad|compromiso|etica|responsabilidad|honestidad|respeto",
        "no le|te da verguenza|pena",
        "gente|personas como usted|tu|ustedes",
        "queremos|trabajamos|tratamos [con] clientes|empresas como usted|tu|ustedes",
        "los|un|una buen|buena|buenos|verdadero|verdaderos pagador|pagadores|cliente_si_paga|cliente_paga_sus",
        "para gastar|viajar|lujos|vacaciones si|hay",
        "mientras usted|ustedes gasta*|viaja*|estrena*|disfruta*",
        "quedo|queda|quedaste|quedar muy_mal|en_evidencia|como_un_mal",
        "pagar [es] [de] gente|personas decente*|honesta*|honorable*",
        "usted|ustedes nunca paga|pagan|cumple|cumplen",
        "siempre [con|es] lo_mismo|se_atrasa|incumple|incumplen|paga_tarde|pagan_tarde",
        "esperabamos|esperaba mas|mejor|otra_cosa de|por",
        "pensamos|pensabamos|creiamos|crei|pense que usted|ustedes era|eran|cumplia*",
        "nos_decepciona|decepcion*",
        "no sea|seas asi|tacano|irresponsable|mala_paga",
        "no se_haga|te_hagas|nos_haga|se_esconda|se_escondan el|la|loco|tonto|perder_el_tiempo|mas",
        "cumpla|cumplan|cumple de_una_vez|por_una_vez|ya",
    ),
    *Phrase.every(
        p.INSULT,
        "es",
        "leave_out",
        "{nadie}",
        "es|son|eres|usted|ustedes|como|parece|parecen [un|una|unos] estafador*|ladron*|delincuente*",
        "idiota*|imbecil*|estupid*|pendej*|cabron*|mierda|puta|puto|hijueputa|hijo_de_puta|malparid*|gonorrea|carajo"
        "|joder|jodid*"
        "|culo|verga|chingad*|boludo*|pelotudo*|huevon*|weon|maldit*|mamon|infeliz|miserable*|payaso*",
        "jajaja*|jajaj*|jejeje*",
        "pobrecito|pobrecita|pobrecitos",
        "muerto|muertos de hambre",
        "que gracioso|chistoso|risa|chiste",
        "cara|caras dura|duras",
        "se hace|hacen|haces|haga|hizo el|la|los loco|loca|locos|bobo|boba|tonto|tonta|sordo|desentendido|pendejo"
        "|dormido",
    ),
    *Phrase.every(
        p.BUREAU,
        "es",
        "say_nothing",
        "central|centrales de riesgo*|informacion|credito",
        "buro|buros de credito|creditos",
        "reportar*|reporte*|reportado|reportada|reportamos|reportaremos|reportarlo|reportarla|reportes "
        "[negativ*] [a|ante|en|negativo|negativa|negativamente] [las|los|el|la] central*|buro*|negativ*|datacredito"
        "|infocorp|dicom|"
        "riesgo|asnef|veraz",
        "historial|record|calificacion|puntaje|score|vida|reputacion crediticia|crediticio|financiera|de_credito",
        "lista|listas negra|negras",
        "lista|listas|registro|base [publica] [de] [datos_de] moros*|deudor*|incumplid*|impagados",
        "manchar*|dane|danar*|afecte|afectar*|perjudicar*|ensuciar* [su|el|tu] [buen] nombre|historial|credito"
        "|reputacion",
        "boletinar*|boletinado",
    ),
    *Phrase.every(
        p.COURT,
        "es",
        "formal_communication",
        "juzgado|juzgados|tribunal|tribunales",
        "citacion|citatorio|emplazamiento|emplazado|emplaza|emplazar|requerimiento_judicial",
        "notificacion|aviso|comunicado|cedula|oficio|expediente|auto judicial|de_embargo|de_notificacion|admisorio"
        "|ejecutivo",
        "notificacion final|prejudicial",
        "diligencia de notificacion|embargo|lanzamiento|secuestro|remate|cobro",
        "medida|medidas cautelar|cautelares",
        "mandamiento|mandamientos",
        "prejuridic*|prejudicial|etapa_judicial|instancia_judicial|cobro_judicial|proceso_ejecutivo_radicado",
        "rama judicial",
        "escudo|sello|membrete de_la_republica|nacional|oficial|judicial|de_armas",
        "republica de colombia|chile|argentina|ecuador|mexico|guatemala rama|poder|ministerio|juzgado|consejo",
        "senor juez|actuario|ujier|secretario_del_juzgado|su_senoria",
        "fiscalia|ministerio_publico",
        "en_nombre de_la ley|republica|justicia",
    ),
    *Phrase.every(
        p.MARKETING,
        "es",
        "leave_out",
        "gane|gana|ganese|ganate [un|hasta] #",
        "promocion*|promo|ofertas|superoferta|oferta_especial|oferta_exclusiva|gran_oferta|oportunidad_unica",
        "aproveche|aprovecha|aprovechen|aprovechalo|no_se_lo_pierda|no_te_lo_pierdas",
        "su|tu|sus proxim* compra|pedido|proyecto|compras",
        "nuestro|nuestros|nuestra|nuestras nuev* linea|producto*|servicio*|plan|planes|coleccion",
        "conozca|descubra|conoce|descubre nuestro|nuestros|nuestra|nuestras|el|la|los|las [nuev*] producto*|servicio*"
        "|plan|planes"
        "|catalogo|tienda|portafolio",
        "nuevo|nuevos|nueva|nuevas producto|productos|servicio|servicios|catalogo|coleccion",
        "# %|off de_descuento|dto|off en todos|todas|toda|productos|servicios|nuestra_tienda|la_tienda",
        "2x1|3x2|dos_por_uno",
        "suscribase|suscribete|siganos|siguenos a|en nuestro|nuestra|instagram|facebook|redes",
        "refiera|recomiende|recomiendenos un|a [amigo|conocidos|y] ... gan*|descuento",
        "credito|prestamo|tarjeta|seguro pre_aprobad*|preaprobad*|aprobado_para_usted",
        "sorteo|rifa|premio|premios|cupon_de_descuento",
        "black_friday|cyber_monday|buen_fin|rebajas|liquidacion_de_temporada",
    ),
    *Phrase.every(
        p.WORD,
        "es",
        "requerimiento_de_pago",
        "<!alta|gran|mayor|baja|menor|segun|por|la|a|bajo|sobre|de|oferta|y demanda|demandas !de_energia|de_mercado"
        "|de_clientes",
        "la|una|de|interponer|presentar|radicar demanda|demandas formal|judicial|ejecutiva|civil|en|contra|por_el"
        "|de_pago|radicada",
        "demandar|demandado|demandada|demandante*|demandaremos",
    ),
    *Phrase.every(
        p.WORD,
        "es",
        "pago_con_descuento",
        "<!prima liquidacion|liquidaciones !de_intereses|de_impuestos|de_nomina|de_iva|de_retenciones|de_comisiones",
    ),
    *Phrase.every(
        p.WORD,
        "es",
        "without_the_word",
        "moros*|morosidad|deudor|deudora|deudores|deudoras|deudor_moroso",
    ),
    *Phrase.every(p.WORD, "es", "the_date", "<!de|intereses|interes mora !0"),
    *Phrase.every(p.WORD, "es", "reach_an_agreement", "mediacion !de_un|con_un|ante|neutral"),
    *Phrase.every(p.WORD, "es", "to_pay", "liquidar|liquide|liquiden|liquidarla|liquidarlo"),
    *Phrase.every(p.WORD, "es", "the_balance", "deuda|deudas|adeud*|endeudad*"),
    *Phrase.every(
        p.WORD,
        "es",
        "name_the_invoice",
        "cobranza|cobranzas|cobrador|cobradores|cobradora|cobradoras|cobro_juridico",
    ),
    *Phrase.every(
        p.WORD,
        "es",
        "our_last_letter",
        "ultim*|unica|penultima oportunidad|oportunidades|aviso|avisos|llamado|llamada_de_atencion|chance|advertencia"
        "|notificacion",
    ),
    *Phrase.every(
        p.URGENCY,
        "es",
        "a_real_date",
        "solo|unicamente|valido|solamente [por|hasta] hoy",
        "urge|urgentisim*|urgente|urgentemente|con_urgencia|caracter_urgente",
        "tiene|tienen|cuenta_con|dispone_de|tienes|le_damos|le_quedan|plazo_de|maximo [un] [plazo] [de] [solo] "
        "24|48|72|veinticuatro|cuarenta_y_ocho|setenta_y_dos horas|hrs|h",
        "pag*|cancel*|abon*|consign*|regularice|normalice|responda|comuniquese|saldar|cubrir|conteste ... en"
        "|dentro_de|antes_de "
        "[las|un_plazo_de|un_maximo_de|menos_de|las_proximas] 24|48|72|veinticuatro|cuarenta_y_ocho horas|hrs|h",
        "tiene|tienen|le_damos|le_quedan|tienes # horas|hrs|h|minutos",
        "pague|pagar|cancele|cancelar|abone|consigne|paguen|regularice|normalice|responda|conteste|comuniquese [el|la"
        "|su|esta|todo] "
        "[saldo|factura|deuda|total] ya|ahora_mismo|inmediatamente|de_inmediato|hoy_mismo|cuanto_antes"
        "|lo_antes_posible|a_la_brevedad"
        "|en_24|en_48|en_72",
        "pago_inmediato|inmediato_pago|sin_mas_demora",
        "pague|pagar|cancele|cancelar|abone|consigne|comuniquese|llame|llamenos|responda|contacte|contactenos"
        "|regularice|normalice ... "
        "de_inmediato|inmediatamente|hoy_mismo|ya_mismo|sin_demora",
        "no hay|queda|quedan|tiene|le_queda mas plazo|tiempo|prorroga|dias",
        "se [le] acaba|agota|acabo|agoto [el|su|la] tiempo|plazo|paciencia",
        "el tiempo|plazo corre|se_agota|se_acaba|se_acabo",
        "expira|caduca hoy|en_horas|esta_noche",
    ),
    *Phrase.every(
        p.CLAIM,
        "es",
        "say_what_is_true",
        "nunca mas|otra|otro acuerdo|opcion|alternativa|oportunidad|descuento|habra",
        "todos nuestros|los clientes pagan|pagaron|ya_pagaron|estan_al_dia|cumplen",
        "es [usted] el|la unico|unica [cliente] [que] [no|debe|falta|sin_pagar]",
    ),
    *Phrase.every(
        p.THIRD_PARTY,
        "es",
        "speak_to_the_person",
        "digale|digales|digaselo|avisele|avisenle|comentele|informele|pidale|recuerdele ... pag*|debe|urge|deuda"
        "|factura|llame|atras*"
        "|pendiente",
        "digaselo|digale !que_si|si que",
        "c_c|cc|con_copia [a] sus|su|tus clientes|jefe|empleador|familia|proveedores|socios",
        "informar*|avisar*|contactar*|llamar*|hablar*|notificar*|contar*|escribir*|comunicar* [con|a|le|del|esto|la"
        "|deuda] "
        "[a|con] su|sus|tu|tus|todos_sus {pariente}",
        "su|sus|tu|tus {pariente} sabra*|sabran|se_enterara*|se_va_a_enterar|se_van_a_enterar|deben_saber|recibira*"
        "|estara*",
        "se enterara*|entere*|enteraran|van_a_enterar todos|sus|su|todo|en",
        "publicar*|publicaremos|exhibir*|difundir*|subir*|colgar* su|sus|la|el|tu nombre|foto|lista|datos|deuda|caso"
        "|fotos",
        "nombre|nombres|datos|foto|fotos|caso ... lista|listas|cartelera|pizarra publica|publicas",
        "usted|ustedes es|son|aparece|figura como|de referencia* ... pag*|deuda|debe|responder",
        "su|tu amigo|familiar|hijo|hija|esposo|esposa|jefe|companero|vecino|conocido debe|nos_debe|no_ha_pagado"
        "|tiene_una",
        "responda|responder|pague|pagar por el|ella|su_amigo|su_familiar|su_hijo|su_hija|su_esposo|su_esposa"
        "|su_pariente",
    ),
    *Phrase.every(
        p.EXPOSED,
        "es",
        "neutral_preview",
        "deuda*|debe|debes|mora|moros*|vencid*|impag*|adeud*|atrasad*|atraso|retraso|cobro|cobranza|cartera_vencida"
        "|pendiente_de_pago"
        "|pago_pendiente|pagos_pendientes|saldo_pendiente|saldo_vencido|pague|sin_pagar|no_ha_pagado|reporte|juridic*"
        "|embargo",
        "saldo|valor|total|pagar|por|de|$ [de|a|total|pendiente|cop|mxn|usd] $*|#_#|#_#_#",
        "cop|usd|mxn|clp|pen|$ #",
        at=Place.PREVIEW,
    ),
    *Phrase.every(
        p.ACKNOWLEDGE,
        "es",
        "no_acknowledgement",
        "reconoce|reconocen|acepta|aceptan|admite|admiten|confirma|confirme|reconozca|acepte|confirmenos|confirmeme"
        "|firme|ratifique|ratifica "
        "[usted|ustedes|que|ser|por_escrito|el|un|la] [deber*|debe|deben|tiene|la|su|esta|que|nos|reconocimiento"
        "|existencia|de|una|acepta]"
        " deuda|obligacion|debe|deben|adeuda|adeudan|saldo_deudor|deber|nos_debe|la_deuda|de_deuda",
        "reconocimiento|aceptacion|admision de [la|su] deuda|obligacion|adeudo",
        "responda|escriba|conteste|digite|envie|diga si|acepto|reconozco|debo [debo|la|reconozco|para|que] [la"
        "|aceptar|reconocer|debo] "
        "[deuda|obligacion]",
        "responda|escriba|conteste|envie si_debo|reconozco|acepto_la_deuda|debo",
        "sabe|esta_consciente|es_consciente|recuerda [de] que nos|aun|todavia debe|adeuda ?",
        "no|va_a niega|negar|negarse|desconoce que [nos] debe|debia|la_deuda ?",
    ),
    *Phrase.every(
        p.IDENTITY,
        "es",
        "true_identity",
        "somos|soy|le_habla|les_habla|le_habla_la|habla|le_escribe|de_parte_de|le_escribimos|les_escribimos"
        "|le_escribo|le_contacta|atentamente|llamamos_de "
        "[el|la|los|un|una|del|de_la] policia|fiscalia|juzgado|juez|tribunal|sijin|gaula|interpol|dian|sat|sii|sunat"
        "|afip|superintendencia"
        "|profeco|condusef|sernac|indecopi|procuraduria|ministerio|rama_judicial|abogado_del_estado|hacienda"
        "|banco_de_la_republica",
        "departamento|oficina|area|division|unidad legal_nacional|judicial|de_embargos|nacional_de_cobranzas"
        "|de_investigacion*",
        "agente|inspector|funcionario|delegado judicial|del_juzgado|de_la_fiscalia|de_policia|del_estado|publico",
        "policia|fiscalia|interpol|sijin|gaula",
    ),
    *Phrase.every(
        p.ASKED,
        "es",
        "pay_on_the_page",
        "<!no|nunca|jamas|ni envie|envienos|enviar|mande|mandenos|digame|digamos|diganos|comparta|indique|indiquenos"
        "|escriba|responda_con|confirme|dicte|deme|denos"
        "|necesito|necesitamos|proporcione|facilite [aqui|por_aqui|el|la|los|su|sus|tu|con|por_este_medio|numero"
        "|datos|foto|me|nos] "
        "[el|la|los|su|sus|tu|tus|numero|datos|foto|clave|codigo] [numero|datos|foto|completo|completos|de] [de|de_su"
        "|de_la|de_seguridad|de_tu] "
        "tarjeta|cvv|cvc|clave|contrasena|pin|codigo_de_seguridad|token|otp|codigo_que_le_llego|codigo_que_recibio"
        "|password|claves"
        "|codigo_de_verificacion|clave_dinamica",
        "<!ni|nunca|los numero|datos|foto|vencimiento|digitos|codigo [completo|completos] de|de_seguridad_de [su|la"
        "|tu] tarjeta [por|aqui|en|y] "
        "[este|aqui|mensaje|whatsapp|correo]",
        "cual es su|tu|la|el clave|contrasena|pin|cvv|codigo_de_seguridad|numero_de_tarjeta|token ?",
        "cvv|cvc",
    ),
    *Phrase.every(p.CALQUE, "es", "we_see", "note que|de", "notamos|notado que su|la|el|aun|todavia|no"),
    *Phrase.every(p.CALQUE, "es", "we_talked", "discutimos|discutido|como_discutimos|discutir_su"),
    *Phrase.every(
        p.CALQUE, "es", "we_write_again", "haciendo_seguimiento_a|dar_seguimiento_a|toco_base|tocar_base"
    ),
    *Phrase.every(p.CALQUE, "es", "we_thank", "apreciariamos|apreciaria"),
)
