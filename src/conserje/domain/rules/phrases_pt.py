# SPDX-License-Identifier: Apache-2.0
"""What no text in Portuguese may say, besides the question why."""

from __future__ import annotations

from typing import Final

from conserje.domain.rules import phrases as p
from conserje.domain.rules.phrases import Phrase, Place

NAMES: Final = {
    "proximo": "chefe|patrao|familia|empregador|clientes|vizinhos|vizinho|esposa|marido|colegas|amigos|pais|filhos"
    "|fornecedores"
    "|empresa|trabalho|conhecidos|parentes|referencias|socios",
}

PORTUGUESE: Final[tuple[Phrase, ...]] = (
    *Phrase.every(
        p.THREAT,
        "pt",
        "say_next_step",
        "penhora|penhorar|penhorado|penhoras|bloqueio_judicial|busca_e_apreensao|leilao",
        "sob_pena de",
        "acao|acoes|medida|medidas|via|vias|processo|providencia|providencias|cobranca judicial|judiciais|legal"
        "|legais|juridic*|penais|cabiveis",
        "processar|processaremos|processa_lo|processa_la",
        "evite|evitar|evitando [o|a|os|as|que|maiores|qualquer|seu] protest*|negativ*|transtorn*|problema*"
        "|constrangiment*|processo*|consequencia*",
        "cadeia|prisao|preso|policia_na_sua",
        "arcar|arque|sofrer|sofrera com|as [as|consequencias] [consequencias]",
        "protestar|protestado|protestaremos|protesto em|no|de|sera|do cartorio|titulo|seu|feito|realizado",
        "encaminhar*|enviar*|passar*|remeter* [o|a|seu|sua|este|esse] [caso|debito|fatura|nome] [ao|para|para_o"
        "|ao_nosso] [o|nosso] "
        "juridico|departamento_juridico|cartorio|justica",
        "vamos|iremos|passaremos|visitaremos [visita*|ir|passar|aparecer] [a|na|no|ate|em] [a] sua|seu casa|trabalho"
        "|empresa|residencia",
        "sabemos onde voce|o_senhor|a_senhora mora|trabalha",
        "vai|ira se_arrepender|custar_caro|sair_caro",
        "cortar*|suspender*|bloquear* [o|a|seu|sua|todos|os] [servico*|acesso|linha] se|hoje|imediatamente|caso",
        "perder|perdera|tomar|tomaremos seu|sua|seus|o|a bens|casa|carro|emprego",
    ),
    *Phrase.every(
        p.SHAME,
        "pt",
        "state_the_facts",
        "vergonha|vergonhos*|constrangedor*",
        "mau|maus|ma pagador|pagadora|pagadores",
        "ignorou|ignoraram|ignorando|ignorado",
        "irresponsav*|desonest*|falta_de_carater|falta_de_respeito|falta_de_compromisso|falta_de_palavra",
        "diante|apesar|em_vista [do|de] seu|sua silencio|descaso|desinteresse|inercia",
        "finalmente|ate_que_enfim pagou|em_dia|respondeu|apareceu",
        "ja [lhe] ligamos|escrevemos|avisamos|cobramos varias|muitas|#|inumeras vezes",
        "apesar de nossas|varias|inumeras|repetidas",
        "honre|cumpra [com] [a|sua|seu|o] palavra|compromisso*|obrigacoes",
        "gente|pessoas|clientes|empresas como voce|voces|o_senhor",
        "esperavamos|esperava mais|melhor|outra_coisa de|do|da",
        "decepcion*",
        "voce|voces|o_senhor sempre|nunca paga|atrasa|cumpre|pagam",
        "nao tem vergonha|palavra",
    ),
    *Phrase.every(
        p.INSULT,
        "pt",
        "leave_out",
        "caloteir*|ladrao|ladroes|vagabund*|safad*|sem_vergonha|picareta*|malandr*|idiota*|imbecil|burro|burra|otari*"
        "|merda|porra"
        "|caralho|puta|foda|fdp|babaca*|palhac*|kkkk*|rsrsrs*|cara_de_pau|mentiros*|trambiqueir*|folgad*|coitad*",
    ),
    *Phrase.every(
        p.BUREAU,
        "pt",
        "say_nothing",
        "negativacao|negativar|negativado|negativaremos|negativada",
        "nome sujo|negativado|no_spc|no_serasa|na_praca|protestado",
        "sujar|manchar|prejudicar o|seu [seu] nome|credito|score",
        "spc|serasa|scpc",
        "lista negra",
        "cadastro|cadastros|lista de inadimplent*|devedores|restricao|maus_pagadores",
        "orgaos|servico de protecao",
        "score|pontuacao|historico de_credito|do_serasa|baixo|no_serasa",
        "restricao|restricoes [no|ao|em|em_seu|no_seu|de] credito|nome|cpf|cnpj",
    ),
    *Phrase.every(
        p.COURT,
        "pt",
        "formal_communication",
        "intimacao|intimado|intimada|citacao|citado_judicialmente|mandado|vara|forum_da_comarca|tribunal"
        "|oficial_de_justica|juiz|juizo",
        "notificacao|aviso|carta|oficio judicial|final|extrajudicial_de_protesto|de_execucao",
        "poder judiciario",
        "processo [judicial] numero|no|n|#",
        "brasao|selo|carimbo oficial|da_republica|nacional|da_justica",
        "execucao fiscal|judicial|de_titulo",
    ),
    *Phrase.every(
        p.MARKETING,
        "pt",
        "leave_out",
        "promocao|promocoes|promo|oferta_especial|ofertas|superoferta|oferta_exclusiva|oferta_imperdivel",
        "aproveite|aproveita|nao_perca|imperdivel",
        "sua|seu|suas|seus proxim* compra|pedido|projeto|compras",
        "ganhe|concorra [ate|um|a|uma] #|premio*|desconto|brinde*",
        "conheca|descubra|experimente nosso|nossos|nossa|nossas|o|a|os|as [nov*] [produto*|servico*|plano*|loja|linha"
        "|catalogo]",
        "novo|novos|nova|novas produto|produtos|servico|servicos|colecao|linha",
        "# % off|de_desconto na|em|nos|no [sua|seu|toda|todo|nossos|proxima]",
        "indique um|amigos [amigo] [e|ganhe]",
        "siga nos|nosso|a_gente",
        "emprestimo|cartao|credito pre_aprovado|aprovado_para_voce",
        "sorteio|cupom_de_desconto|black_friday",
    ),
    *Phrase.every(
        p.WORD, "pt", "without_the_word", "inadimplen*|calote*|devedor|devedora|devedores|devedoras"
    ),
    *Phrase.every(
        p.WORD, "pt", "our_last_letter", "ultim* oportunidade|chance|chances|aviso|avisos|notificacao|alerta"
    ),
    *Phrase.every(p.WORD, "pt", "reach_an_agreement", "mediacao !com"),
    *Phrase.every(p.WORD, "pt", "the_balance", "divida|dividas|endividad*|debito_em_atraso"),
    *Phrase.every(p.WORD, "pt", "name_the_invoice", "cobranca|cobrancas|cobrador*|departamento_de_cobranca"),
    *Phrase.every(
        p.URGENCY,
        "pt",
        "a_real_date",
        "so|somente|apenas|valido [por|ate] hoje",
        "tem|prazo_de|maximo [ate|de|so] 24|48|72 horas|h|hs",
        "pag*|quit*|regulari*|responda|entre ... em|dentro_de|nas [ate|um_prazo_de|proximas] 24|48|72 horas|h|hs",
        "tem|restam # horas|minutos",
        "pagamento_imediato|imediato_pagamento",
        "pague|quite|regularize|entre|ligue|responda|efetue|pagar ... imediatamente|de_imediato|agora_mesmo"
        "|hoje_mesmo|o_quanto_antes|sem_demora",
        "urgente|urgentemente|com_urgencia|urgencia",
        "pague|quite|regularize ja|agora",
        "seu|o prazo|tempo acabou|esta_acabando|se_esgota|esgotou",
        "nao ha|tem mais prazo|tempo",
        "ultima hora|horas",
    ),
    *Phrase.every(
        p.CLAIM,
        "pt",
        "say_what_is_true",
        "todos os|nossos [outros|nossos] clientes pagam|pagaram|ja_pagaram|estao_em_dia",
        "voce e o|a unico|unica [cliente] [que]",
        "nunca mais|outra havera|tera|oferta|acordo|oportunidade",
    ),
    *Phrase.every(
        p.THIRD_PARTY,
        "pt",
        "speak_to_the_person",
        "avisar*|informar*|contar*|ligar*|falar*|contatar*|comunicar*|procurar* [para|com|a|ao|aos|o|os|as] [o|os|a"
        "|as|todos] seu|sua|seus|suas {proximo}",
        "seu|sua|seus|suas|todos_os_seus {proximo} vai|vao|ira|irao|deve|devem saber|descobrir|receber|ficar",
        "diga|avise|fale|peca|lembre [a|para|com] [ele|ela|seu|sua|o|a|que] ... pag*|deve|divida|fatura|atras*|liga*",
        "publicar*|divulgar*|expor*|postar* [o|a] [seu|sua] nome|foto|divida|lista|dados|debito",
        "com_copia para|a seus|seu|suas clientes|chefe|familia|fornecedores",
        "seu|sua amigo|amiga|filho|filha|marido|esposa|colega|parente deve|esta_devendo|nao_pagou|tem_uma",
        "voce foi indicado|indicada|citado como",
    ),
    *Phrase.every(
        p.EXPOSED,
        "pt",
        "neutral_preview",
        "divida*|devendo|deve|devedor*|inadimpl*|vencid*|atraso|atrasad*|em_aberto|pagamento_pendente|debito*"
        "|cobranca*|pague|nao_pago|nao_paga"
        "|negativ*|protesto|serasa|spc|saldo_devedor",
        "saldo|valor|total|pagar|r$|de [de|a] r$*|$*|#_#|#_#_#",
        "r$|brl|$ #",
        at=Place.PREVIEW,
    ),
    *Phrase.every(
        p.ACKNOWLEDGE,
        "pt",
        "no_acknowledgement",
        "reconhece|reconhecem|admite|confirma|aceita|confirme|reconheca|assine|admita [que|o|a|ser|um] [nos|a|o|esta"
        "|essa|sua|termo|reconhecimento|de] "
        "deve|divida|debito|devedor|de_divida|devendo",
        "reconhecimento|confissao [de|da] [a|sua] divida|debito",
        "responda|escreva|digite|envie sim_devo|reconheco|devo|aceito_a_divida",
    ),
    *Phrase.every(
        p.IDENTITY,
        "pt",
        "true_identity",
        "sou|somos|aqui_e|fala|falamos|falo|em_nome|escrevemos [o|a|da|do|de|em_nome_da] [delegad*|agente|oficial"
        "|juiz|da|do] "
        "policia|justica|receita_federal|procon|tribunal|ministerio|delegacia|banco_central|policia_federal"
        "|promotoria|delegado|vara",
        "policia|delegacia|promotoria",
        "departamento|setor judicial|de_execucao",
    ),
    *Phrase.every(
        p.ASKED,
        "pt",
        "pay_on_the_page",
        "<!nao|nunca|nem envie|mande|informe|diga|passe|confirme|digite|responda_com|preciso|precisamos|compartilhe"
        "|fornece|forneca [me|nos|aqui|o|a|os|seu|sua|seus|do|da|por] "
        "[o|a|os|seu|sua|numero|dados|foto|codigo] [numero|dados|foto|codigo|completo|de] [do|de|do_seu|da"
        "|de_seguranca_do] "
        "cartao|cvv|cvc|senha|pin|codigo_de_seguranca|token|codigo_que_recebeu|codigo_sms|codigo_de_verificacao",
        "qual|qual_e e|o|a|sua|seu [a|o|sua|seu] senha|cvv|pin|numero_do_cartao|codigo_de_seguranca ?",
        "<!nem|nunca numero|dados|foto [completo|completos] do [seu] cartao por|aqui|no|pelo",
        "cvv|cvc",
    ),
)
