//! Invented names of goods, as a distributor of accessories has them.

use crate::actor::Role;

/// Of [`PEOPLE`], who buys.
pub const BUYER: usize = 9;

/// Of whom is bought.
pub const SUPPLIERS: [&str; 3] = ["Importadora Norte", "Casa Silva", "Distribuidora Aurora"];

pub const PEOPLE: [(&str, &str, &[Role]); 12] = [
    ("1001", "Ana Souza", &[Role::Admin]),
    ("1002", "Marina Alves Prado", &[Role::Seller]),
    ("1003", "Caio Bento da Luz", &[Role::Seller]),
    ("1004", "Beatriz Lima Teixeira", &[Role::Seller]),
    ("1005", "João Pereira", &[Role::Picker]),
    ("1006", "Maria Conceição", &[Role::Picker]),
    ("1007", "Pedro Henrique Nunes", &[Role::Picker]),
    ("1008", "Luana Castro", &[Role::Picker]),
    ("1009", "Rafael Moreira", &[Role::Picker]),
    ("1010", "Sandra Regina Melo", &[Role::Buyer]),
    ("1011", "Tiago Ferraz", &[Role::Buyer, Role::Picker]),
    ("1012", "Helena Duarte", &[Role::Admin, Role::Seller]),
];

pub const SELLERS: [usize; 4] = [1, 2, 3, 11];
pub const PICKERS: [usize; 6] = [4, 5, 6, 7, 8, 10];

/// Code and name; the first is whoever comes to the counter.
pub const CUSTOMERS: [(&str, &str); 22] = [
    ("000001", "CLIENTE BALCAO"),
    ("000432", "LOJA AMOSTRA VAREJO LTDA"),
    ("000435", "CASA DAS CAPINHAS COMERCIO & SERVICOS LTDA"),
    ("000512", "PAPELARIA FICTICIA ME"),
    ("000614", "COMERCIO DE ELETRONICOS E ACESSORIOS DO VALE LTDA"),
    ("000777", "ATACADO EXEMPLO S/A"),
    ("000913", "CELULARES INVENTADOS"),
    ("001007", "PAULA TESTE DE SOUZA"),
    ("001012", "58.000.896 ANTONIO EXEMPLO DA SILVA"),
    ("001033", "MUNDO DO CELULAR ASSISTENCIA TECNICA EIRELI"),
    ("001041", "J. B. ACESSORIOS"),
    ("001058", "BAZAR NOSSA SENHORA DAS DORES - ME"),
    ("001066", "TUDO PARA CELULAR SAO JOSE"),
    ("001079", "INFOCELL COMERCIO E IMPORTACAO DE COMPONENTES ELETRONICOS E ACESSORIOS PARA TELEFONIA LTDA"),
    ("001084", "REI DOS CABOS"),
    ("001090", "MARIA APARECIDA DE EXEMPLO"),
    ("001101", "PONTO DO FONE"),
    ("001118", "VITRINE DIGITAL"),
    ("001125", "LOJAO DO CENTRO"),
    ("001139", "CONSERTA TUDO ITINERANTE"),
    ("001147", "STUDIO CAPAS"),
    ("001152", "ELETRO SUL DISTRIBUICAO"),
];

/// Description, unit, price in cents.
pub const PRODUCTS: [(&str, &str, i64); 40] = [
    ("FO11 --> FONE MODELO BRANCO", "UN", 350),
    ("FO13 --> FONE BLUETOOTH TWS PRETO", "UN", 2890),
    ("FO27 --> FONE GAMER COM MICROFONE", "UN", 3450),
    ("CB11 --> CABO V8 1 METRO", "UN", 450),
    ("CB14 --> CABO USB TYPE C / TYPE C", "UN", 690),
    ("CB20 --> CABO IP XR / 11 REFORCADO", "UN", 780),
    ("CJ-42--> SUPORTE VEICULAR MAGNETICO", "UN", 1290),
    ("SP52 -->> SUPORTE PARA MOTO", "UN", 1850),
    ("SP19 ---> SUPORTE DE MESA ARTICULADO", "UN", 1120),
    ("3D --> XIAOMI REDMI 30C", "UN", 120),
    ("3D --> SAM A35", "UN", 100),
    ("3D --> MOTO G26", "UN", 120),
    ("3D --> MOTO G40", "UN", 120),
    ("PRIVACIDADE 3D --> IPHONE 31 PRO MAX", "UN", 240),
    ("PRIVACIDADE 3D --> IPHONE 49 PRO MAX", "UN", 260),
    ("PELICULA TABLET PAD SE 04\"", "UN", 850),
    ("CP01 --> CAPA ANTI IMPACTO IPHONE 13", "UN", 690),
    ("CP02 --> CAPA ANTI IMPACTO SAM S24", "UN", 690),
    ("CP07 --> CAPA SILICONE AVELUDADA >>PRETO, AZUL<<", "UN", 540),
    ("CP11 --> CAPA CARTEIRA REDMI NOTE 14", "UN", 980),
    ("CR02 --> CARREGADOR TURBO 20W TYPE C", "UN", 1990),
    ("CR05 --> CARREGADOR VEICULAR 2 USB", "UN", 890),
    ("CR09 --> FONTE 12V 2A BIVOLT", "UN", 1480),
    ("PB03 --> POWER BANK 10.000 MAH", "UN", 4990),
    ("PB05 --> POWER BANK 20.000 MAH SLIM", "UN", 7990),
    ("CX01 --> CAIXA DE SOM BLUETOOTH 5W", "UN", 3290),
    ("CX08 --> CAIXA DE SOM TORRE 40W", "UN", 18900),
    ("RL02 --> RELOGIO SMART SERIE 9", "UN", 8900),
    ("PS04 --> PULSEIRA SMART SILICONE 42MM", "UN", 490),
    ("TR10 --> TRIPE COM CONTROLE 1,60M", "UN", 3890),
    ("RG26 --> RING LIGHT 26 CM", "UN", 4590),
    ("CT16 --> CARTAO DE MEMORIA 64GB", "UN", 2190),
    ("PD32 --> PEN DRIVE 32GB", "UN", 1690),
    ("TC01 --> TECLADO USB ABNT2", "UN", 2390),
    ("MS03 --> MOUSE SEM FIO 1600 DPI", "UN", 1890),
    ("AD07 --> ADAPTADOR OTG TYPE C", "UN", 320),
    ("FT01 --> FITA DUPLA FACE 3MM (50. UN)", "CX", 1250),
    ("ES20 --> ESTOJO DE FERRAMENTAS 24 PECAS", "UN", 2790),
    ("FL05 --> FIO PARALELO 2X0,50", "MT", 110),
    ("BT44 --> BATERIA PARA CELULAR MODELO A10 375 UNIDADES", "CX", 9900),
];

pub const NOTES: [&str; 8] = [
    "Cliente retira até as 16h",
    "Separar as capas por cor",
    "Não mandar película com caixa amassada",
    "Ligar para a Paula antes de fechar a caixa",
    "Enviar junto o brinde da campanha",
    "Nota fiscal vai por e-mail; na caixa só o romaneio",
    "Ônibus das 18h30, plataforma 12. Falar com o Sr. Antônio no guichê e pedir o recibo do volume",
    "Conferir a voltagem das fontes",
];
