//! A morning's board: thirty orders in every state, made by the real import and the real commands.

use jiff::civil::{Weekday, date};
use rust_decimal::Decimal;
use separacao::clock::Clock;
use separacao::feed;
use separacao::ids::{ItemId, OrderId};
use separacao::orders::actions::import::{Document, import_order};
use separacao::orders::queries::import::{NewItem, NewOrder};
use separacao::orders::queries::{items, options};

use crate::support::server::TestServer;
use crate::support::world::{ADMIN, Company, OTHER_PICKER, OTHER_SELLER, PICKER, SELLER};

const CUSTOMERS: [&str; 10] = [
    "CONSUMIDOR FINAL",
    "PAULA TESTE DE SOUZA",
    "COMERCIO DE ELETRONICOS E ACESSORIOS DO VALE LTDA",
    "LOJA AMOSTRA VAREJO LTDA",
    "J. R. CELULARES ME",
    "ANTONIO CARLOS DA CONCEIÇÃO",
    "CASA DO CABO",
    "IMPORTADORA TRÊS IRMÃOS DISTRIBUIÇÃO E REPRESENTAÇÃO EIRELI",
    "MERCADINHO SÃO JORGE",
    "TECNOCELL ASSISTÊNCIA TÉCNICA",
];

const GOODS: [&str; 12] = [
    "FO11 --> FONE DE OUVIDO COM MICROFONE",
    "CB36 --> CABO USB-C 2 METROS REFORÇADO",
    "PELICULA 3D --> SAM A55",
    "PRIVACIDADE 3D --> IPHONE 15 PRO MAX",
    "CR02 --> CARREGADOR TURBO 20W",
    "CJ-36 --> SUPORTE VEICULAR MAGNÉTICO",
    "CP14 --> CAPA SILICONE IPHONE 14 PRETA",
    "LIMPA TELA (1 - 04) - 375 UNIDADES",
    "AD07 --> ADAPTADOR HDMI PARA USB-C",
    "CX21 --> CAIXA DE SOM PORTÁTIL",
    "BT05 --> BATERIA EXTERNA 10.000 MAH",
    "SP31 -->> SUPORTE PARA MOTO",
];

pub struct Order {
    pub id: OrderId,
    pub items: Vec<ItemId>,
}

/// Moves the clock to the next Tuesday afternoon, when people are at work.
fn at_work(clock: &Clock) {
    let now = clock.now().in_tz("America/Sao_Paulo").unwrap();
    let tuesday = now.nth_weekday(1, Weekday::Tuesday).unwrap().date().at(14, 32, 0, 0);
    let then = tuesday.in_tz("America/Sao_Paulo").unwrap().timestamp();
    clock.advance(then.duration_since(clock.now()).as_secs());
}

/// Thirty open orders and three closed ones.
pub async fn fill(server: &TestServer) -> Vec<Order> {
    at_work(&server.app.clock);
    let company = server.company("alfa").await;
    let mut orders = Vec::new();
    for n in 0..33 {
        orders.push(import(&company, n).await);
    }
    let admin = server.signed_in("alfa", ADMIN).await;
    let pickers = [server.signed_in("alfa", PICKER).await, server.signed_in("alfa", OTHER_PICKER).await];
    for (n, order) in orders.iter().enumerate() {
        let base = format!("/orders/{}", order.id);
        let closed = n >= 30;
        // A third untouched, some begun, some nearly done, a few ready.
        let settled = if closed {
            order.items.len()
        } else {
            order.items.len() * [0, 2, 0, 5, 9, 0, 7, 10][n % 8] / 10
        };
        for (line, item) in order.items.iter().take(settled).enumerate() {
            let (verb, form) = match line {
                3 => ("short", ("reason", "stock")),
                _ => ("pick", ("quantity", if line == 5 && !closed { "1" } else { quantity(n, line) })),
            };
            let answer =
                pickers[(n + line / 4) % 2].tap(&format!("{base}/items/{item}/{verb}"), &[form]).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        if n % 9 == 4 {
            admin
                .tap(
                    &format!("{base}/notes"),
                    &[("text", "Cliente passa às 15h, separar primeiro as películas")],
                )
                .await;
        }
        if n % 13 == 6 {
            admin.tap(&format!("{base}/urgent"), &[("urgent", "yes")]).await;
        }
        match n {
            30 | 31 => admin.tap(&format!("{base}/finish"), &[("volumes", "2")]).await.status,
            32 => {
                admin.tap(&format!("{base}/cancel"), &[("reason", "Cliente desistiu da compra")]).await.status
            }
            _ => continue,
        };
    }
    orders
}

fn quantity(order: usize, line: usize) -> &'static str {
    ["30", "10", "100", "3", "15", "2", "50", "1"][(order * 3 + line) % 8]
}

async fn import(company: &Company, n: usize) -> Order {
    let seller_id = company.person(if n.is_multiple_of(3) { OTHER_SELLER } else { SELLER }).await;
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let shippings = options::list_shipping_options(&mut tx, None).await.unwrap();
    let shipping = &shippings[n % shippings.len()];
    let lines = 3 + (n * 7) % 16;
    let items: Vec<NewItem> = (0..lines)
        .map(|line| {
            let quantity = quantity(n, line);
            NewItem {
                code: format!("{:05}", 1200 + (n * 31 + line * 17) % 900),
                description: GOODS[(n * 5 + line) % GOODS.len()].to_owned(),
                unit: "UN".to_owned(),
                quantity: quantity.parse().unwrap(),
                unit_price: Decimal::new(350, 2),
                total_cents: 350 * quantity.parse::<i64>().unwrap(),
            }
        })
        .collect();
    let total_cents = items.iter().map(|item| item.total_cents).sum();
    let order = NewOrder {
        id: OrderId::new(),
        number: (n != 17).then(|| (30_560 + n).to_string()),
        customer_code: format!("{:06}", 1007 + n),
        customer: CUSTOMERS[n % CUSTOMERS.len()].to_owned(),
        seller_id,
        imported_by: seller_id,
        quote_date: date(2025, 10, 22),
        shipping_id: shipping.id,
        packaging_id: shipping.packagings[0],
        total_cents,
        discount_cents: 0,
        payable_cents: total_cents,
        values_mismatch_reason: (n == 11)
            .then(|| "O papel soma errado, valor combinado por telefone".to_owned()),
        urgent: n == 8,
        due_at: None,
        items,
    };
    let now = company.app.clock.now() - jiff::SignedDuration::from_mins(33 * 9 - 9 * n as i64);
    let document = Document { file_name: "x.pdf", sha256: &[1; 32], pdf: b"%PDF-1.4" };
    let event = import_order(&mut tx, &order, Some(&document), None, now).await.unwrap();
    feed::commit(tx, &company.app.doorbell, &[event], now).await.unwrap();
    let mut tx = company.app.db.company(company.id).await.unwrap();
    let items = items::list_items(&mut tx, order.id, None).await.unwrap();
    Order { id: order.id, items: items.iter().map(|item| item.id).collect() }
}
