//! The pages, put together from data to look at.

#![expect(clippy::unwrap_used, reason = "data of tests: what cannot be made must stop the test")]

mod signed_out;

use signed_out::signed_out_pages;
pub use signed_out::{error_page, known_company, sign_in};

use askama::Template;
use jiff::civil::date;
use separacao::actor::Role;
use separacao::html::{
    Choice, Drawn, FieldErrors, FormState, FramedPage, Layout, Nav, Pager, RenderContext, Spent,
};
use separacao::ids::{DraftId, OrderId, PersonId};
use separacao::lang::Lang;
use separacao::orders::chips::{Chip, CountedChip};
use separacao::orders::indicators::{Indicators, Trend};
use separacao::orders::item::ItemGroup;
use separacao::orders::model::{Item, OrderChoices, OrderSummary};
use separacao::orders::status::{OrderState, OrderStatus};
use separacao::orders::views::chips::ChipsFragment;
use separacao::orders::views::order::{OpenSheet, OrderBody};
use separacao::orders::views::{BoardBody, BoardFilter, CountersFragment};
use separacao::people::model::{OneTimePin, PersonRow};
use separacao::people::views::{NewPersonForm, PeoplePage};
use separacao::quotes::views::{ImportPage, PreviewPage, UploadResult};
use separacao::reports::model::history::{Found, HistoryFilter, HistoryPosition, HistoryRow};
use separacao::reports::views::history::{HistoryPage, Names};
use separacao::screen::Screen;

use crate::screens::data::{
    EVERYTHING, board, counts_of, finished, items, layout, minutes_ago, packagings, shippings, the_order,
    timeline, uuid,
};
use crate::screens::drafts;

pub fn counters(ctx: RenderContext, open_now: i64) -> CountersFragment {
    let indicators = Indicators { today: Some(38), past: Some(125), trend: Trend::Better };
    CountersFragment { ctx, open_now, finished_today: 12, indicators }
}

pub fn board_page(lang: Lang, orders: &[OrderSummary], filter: &BoardFilter, total: i64) -> String {
    let layout =
        layout(lang, if filter.is_empty() { Screen::Board } else { Screen::FilteredBoard }, EVERYTHING);
    let counters = counters(layout.ctx, total);
    let sellers = drafts::choices(&["Marina Alves", "Carlos Souza", "Beatriz Prado"]);
    let pager = Pager { page: 1, per_page: 60, total };
    let count = |chip| CountedChip { chip, orders: (chip != Chip::Mine).then_some(3) };
    let chips = ChipsFragment { ctx: layout.ctx, filter, chips: Chip::ALL.map(count).into() };
    let body = BoardBody {
        ctx: layout.ctx,
        orders,
        counters,
        filter,
        sellers: &sellers,
        pager,
        chips,
        nothing_next: false,
    };
    framed(&layout, &layout.ctx.t("nav.board"), Nav::Board, &body.render().unwrap())
}

pub fn order_page(order: &OrderSummary, items: &[Item], open: OpenSheet, can: &str) -> String {
    let layout = layout(Lang::PtBr, Screen::Order(order.id), can);
    let timeline = timeline();
    let sellers = vec![(PersonId(uuid(1)), "Marina Alves".to_owned())];
    let choices = OrderChoices { shippings: shippings(), packagings: packagings(), sellers };
    let ctx = layout.ctx;
    let body = OrderBody::new(ctx, order, items, &timeline, &choices, open, FormState::default());
    framed(&layout, &body.title(), Nav::Order, &body.render().unwrap())
}

fn framed(layout: &Layout, title: &str, nav: Nav, body: &str) -> String {
    let kind = if nav == Nav::Board { "board" } else { "order" };
    FramedPage { layout, title, kind, nav, body: Drawn(body) }.render().unwrap()
}

pub fn people() -> Vec<PersonRow> {
    let names = [
        ("Marina Alves", vec![Role::Seller, Role::Admin], true),
        ("João Batista", vec![Role::Picker], true),
        ("Ana Clara de Oliveira Nascimento", vec![Role::Picker, Role::Buyer], true),
        ("Pedro Lima", vec![Role::Picker], false),
    ];
    let row = |(n, (name, roles, active)): (usize, (&str, Vec<Role>, bool))| PersonRow {
        id: PersonId(uuid(n as u128 + 1)),
        number: format!("10{:02}", n + 1),
        name: name.to_owned(),
        roles,
        active,
        pin_must_change: n == 1,
        last_seen_at: None,
        anonymised: false,
        has_open_orders: n == 0,
        last_admin: n == 0,
    };
    names.into_iter().enumerate().map(row).collect()
}

pub fn people_page(one_time_pin: Option<&OneTimePin>, needs_pin: bool) -> String {
    let (layout, people) = (layout(Lang::PtBr, Screen::People, EVERYTHING), people());
    let (form, errors) = (NewPersonForm::default(), FieldErrors::default());
    let page = PeoplePage {
        layout: &layout,
        people: &people,
        form: &form,
        errors: &errors,
        one_time_pin,
        hand_over: None,
        needs_pin,
        number_digits: 4,
    };
    page.render().unwrap()
}

pub fn import_page(drafts: bool) -> String {
    let layout = layout(Lang::PtBr, Screen::Quotes, EVERYTHING);
    let drafts = if drafts { drafts::drafts() } else { Vec::new() };
    let result = |file_name: &str, refusal: Option<&str>| UploadResult {
        file_name: file_name.to_owned(),
        refusal: refusal.map(str::to_owned),
    };
    let results = [
        result("orcamento_41002.pdf", None),
        result("planilha.xlsx", Some("Não é um PDF. Envie o orçamento em PDF, como sai do sistema.")),
    ];
    let results = if drafts.is_empty() { &[] } else { &results[..] };
    ImportPage { layout: &layout, drafts: &drafts, results }.render().unwrap()
}

pub fn preview_page(wrong: bool) -> String {
    let layout = layout(Lang::PtBr, Screen::Quotes, EVERYTHING);
    let problems = if wrong { drafts::problems() } else { Vec::new() };
    let notices = ["O desconto de R$ 20,00 já está no valor a pagar.".to_owned()];
    let text = ["Orçamento Nº: 41002".to_owned(), "00010 FO11 --> FONE MODELO UN 30 3,50 105,00".to_owned()];
    let mut errors = FieldErrors::default();
    if wrong {
        errors.push("seller", "Escolha quem vendeu");
    }
    let page = PreviewPage {
        layout: &layout,
        id: DraftId(uuid(900)),
        version: 1,
        file_name: "orcamento_41002.pdf",
        importer: "Marina Alves",
        at: minutes_ago(20),
        head: &drafts::head(),
        seller_read: "MARINA ALVES PRADO",
        lines: &drafts::lines(wrong),
        totals: &drafts::totals(),
        problems: &problems,
        leftovers: &if wrong { drafts::leftovers() } else { Vec::new() },
        notices: &notices,
        existing: None,
        replaceable: &drafts::choices(&["#30567"]),
        shippings: &drafts::shippings(),
        packagings: &drafts::choices(&["Sacola", "Caixa"]),
        sellers: &drafts::choices(&["Marina Alves", "Carlos Souza"]),
        form: &drafts::form(),
        errors: &errors,
        text: &text,
        editing: None,
        may_override: wrong,
        conflict: None,
    };
    page.render().unwrap()
}

pub fn history_page(orders: usize, filter: &HistoryFilter) -> String {
    let layout = layout(Lang::PtBr, Screen::History, EVERYTHING);
    let one = |n: usize| {
        let mut order = finished(board().swap_remove(n));
        order.id = OrderId(uuid(n as u128));
        let closing = order.closed.as_mut().unwrap();
        if n % 4 == 3 {
            order.state = OrderState::Canceled;
            closing.reason = Some("Cliente desistiu".to_owned());
        }
        HistoryRow {
            order,
            time: Spent { minutes: 38 + 70 * n as i64, wall: 98 + 70 * n as i64, outside: n == 2 },
        }
    };
    let rows: Vec<HistoryRow> = (0..orders).map(one).collect();
    let names = Names {
        sellers: vec![Choice { value: uuid(2).to_string(), name: "Marina Alves".to_owned() }],
        pickers: vec![Choice { value: uuid(1).to_string(), name: "João Batista".to_owned() }],
        customer: None,
    };
    let page = HistoryPage {
        layout: &layout,
        filter,
        names: &names,
        rows: &rows,
        leaving: &rows.iter().map(|row| row.order.id).collect(),
        found: Found { orders: rows.len() as i64, more: false },
        lists: vec![4, 2],
        to_shelf: 3,
        begun: false,
        next: rows.last().map(|row| HistoryPosition {
            closed_at: row.order.closed.as_ref().unwrap().at,
            id: row.order.id,
        }),
    };
    page.render().unwrap()
}

const SETTLED: [ItemGroup; 3] = [ItemGroup::Picked, ItemGroup::Substituted, ItemGroup::Short];

/// Every page there is, by the name it is looked at under.
pub fn pages() -> Vec<(&'static str, String)> {
    let pin =
        OneTimePin { name: "João Batista".to_owned(), number: "1002".to_owned(), pin: "481930".to_owned() };
    let filtered = HistoryFilter {
        q: "fone".to_owned(),
        seller: Some(PersonId(uuid(2))),
        short: true,
        from: Some(date(2025, 10, 1)),
        ..HistoryFilter::default()
    };
    let mut pages = signed_out_pages();
    pages.extend(board_pages());
    pages.extend(order_pages());
    pages.extend([
        ("import", import_page(true)),
        ("import-empty", import_page(false)),
        ("preview", preview_page(false)),
        ("preview-wrong", preview_page(true)),
        ("history", history_page(12, &HistoryFilter::default())),
        ("history-filtered", history_page(2, &filtered)),
        ("history-none", history_page(0, &filtered)),
        ("history-empty", history_page(0, &HistoryFilter::default())),
        ("people", people_page(None, false)),
        ("people-once", people_page(Some(&pin), false)),
        ("people-pin", people_page(None, true)),
        ("error-404", error_page(404)),
        ("error-503", error_page(503)),
    ]);
    pages
}

fn board_pages() -> Vec<(&'static str, String)> {
    let orders = board();
    let long: Vec<OrderSummary> = orders.iter().cloned().cycle().take(60).collect();
    let all = BoardFilter::default();
    let filter = BoardFilter {
        q: "fone".to_owned(),
        seller: Some(uuid(2).to_string()),
        status: Some(OrderStatus::Picking),
        late: true,
        urgent: true,
        mine: true,
    };
    vec![
        ("board", board_page(Lang::PtBr, &orders, &all, 30)),
        ("board-en", board_page(Lang::En, &orders, &all, 30)),
        ("board-paged", board_page(Lang::PtBr, &long, &all, 5000)),
        ("board-empty", board_page(Lang::PtBr, &[], &all, 0)),
        ("board-filtered", board_page(Lang::PtBr, &orders[..3], &filter, 3)),
        ("board-none", board_page(Lang::PtBr, &[], &filter, 0)),
    ]
}

fn order_pages() -> Vec<(&'static str, String)> {
    let (order, items) = (the_order(), items());
    let settled: Vec<Item> =
        items.iter().filter(|item| SETTLED.contains(&item.state.group())).cloned().collect();
    let mut ready = order.clone();
    ready.counts = counts_of(&settled);
    let item_sheet = |n: usize| order_page(&order, &items, OpenSheet::Item(items[n].id), EVERYTHING);
    vec![
        ("order", order_page(&order, &items, OpenSheet::None, EVERYTHING)),
        ("order-picker", order_page(&order, &items, OpenSheet::None, "view note pick resolve finish")),
        ("order-item", item_sheet(0)),
        ("order-item-picked", item_sheet(9)),
        ("order-ready", order_page(&ready, &settled, OpenSheet::None, EVERYTHING)),
        ("order-finish", order_page(&ready, &settled, OpenSheet::Finish, EVERYTHING)),
        ("order-change", order_page(&order, &items, OpenSheet::Change, EVERYTHING)),
        ("order-cancel", order_page(&order, &items, OpenSheet::Cancel, EVERYTHING)),
        ("order-closed", order_page(&finished(ready.clone()), &settled, OpenSheet::None, EVERYTHING)),
    ]
}
