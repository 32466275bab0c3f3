//! What the screens look like: a fragment is the page's own bytes, nothing that people type becomes markup, and
//! the few pieces that everything else is made of stay as they are.
//!
//! `SCREENS_DIR=/tmp/screens cargo test --test it screens` writes every page there, to be looked at.

mod data;
mod quotes;

use askama::Template;
use data::{EVERYTHING, board, chrome, items, scene, the_order, timeline};
use jiff::civil::date;
use separacao::html::{Chrome, FieldErrors, Pager};
use separacao::ids::{DraftId, ItemId, OrderId, PersonId};
use separacao::lang::Lang;
use separacao::orders::item::ItemGroup;
use separacao::orders::model::{ClosedOrder, Item, OrderState, OrderStatus, OrderSummary};
use separacao::orders::views::order::{OpenSheet, OrderPage};
use separacao::orders::views::parts::{
    BarFragment, EntryFragment, FinishFragment, GroupCountFragment, HeadFragment, ItemFragment,
    NotesFragment, TIMELINE_KINDS, reason_words,
};
use separacao::orders::views::{BoardFilter, BoardPage, CardFragment, ClosedPage, CountersFragment};
use separacao::quotes::views::{DraftFragment, ImportPage, PreviewPage, UploadResult};
use separacao::users::model::Role;
use separacao::users::views::{
    ChangePinPage, ErrorPage, NewPersonForm, OneTimePin, PeoplePage, PersonFragment, PersonRow, SetUpPage,
    SignInCompany, SignInPage,
};

fn board_page(lang: Lang, orders: &[OrderSummary], filter: &BoardFilter, total: i64) -> String {
    let chrome = chrome(lang, if filter.is_empty() { "board" } else { "board-filtered" }, EVERYTHING);
    let counters = CountersFragment { scene: chrome.scene, open_now: total, finished_today: 12 };
    let sellers = quotes::choices(&["Marina Alves", "Carlos Souza", "Beatriz Prado"]);
    let pager = Pager { page: 1, per_page: 60, total };
    BoardPage { chrome: &chrome, orders, counters, filter, sellers: &sellers, pager }.render().unwrap()
}

fn order_page(order: &OrderSummary, items: &[Item], open: OpenSheet, can: &str) -> String {
    let chrome = chrome(Lang::PtBr, &format!("order:{}", order.id), can);
    let (timeline, errors) = (timeline(), FieldErrors::default());
    let (shippings, packagings) = (data::shippings(), data::packagings());
    OrderPage::new(&chrome, order, items, &timeline, &shippings, &packagings, open, &errors).render().unwrap()
}

fn sign_in(company: SignInCompany, number: &str, error: Option<&str>) -> String {
    let chrome = Chrome::signed_out(scene(Lang::PtBr), Some("Casa do Celular".to_owned()));
    SignInPage { chrome: &chrome, company, number, number_digits: 4, error, next: "/" }.render().unwrap()
}

fn known_company() -> SignInCompany {
    SignInCompany::Known { code: "casa".to_owned(), name: "Casa do Celular Atacado".to_owned() }
}

fn people() -> Vec<PersonRow> {
    let names = [
        ("Marina Alves", vec![Role::Seller, Role::Admin], true),
        ("João Batista", vec![Role::Picker], true),
        ("Ana Clara de Oliveira Nascimento", vec![Role::Picker, Role::Buyer], true),
        ("Pedro Lima", vec![Role::Picker], false),
    ];
    let row = |(n, (name, roles, active)): (usize, (&str, Vec<Role>, bool))| PersonRow {
        id: PersonId(data::uuid(n as u128 + 1)),
        number: format!("10{:02}", n + 1),
        name: name.to_owned(),
        roles,
        active,
        pin_must_change: n == 1,
        last_admin: n == 0,
    };
    names.into_iter().enumerate().map(row).collect()
}

fn people_page(one_time_pin: Option<&OneTimePin>, needs_pin: bool) -> String {
    let (chrome, people) = (chrome(Lang::PtBr, "people", EVERYTHING), people());
    let (form, errors) = (NewPersonForm::default(), FieldErrors::default());
    let page = PeoplePage {
        chrome: &chrome,
        people: &people,
        form: &form,
        errors: &errors,
        one_time_pin,
        needs_pin,
        number_digits: 4,
    };
    page.render().unwrap()
}

fn import_page(drafts: bool) -> String {
    let chrome = chrome(Lang::PtBr, "quotes", EVERYTHING);
    let drafts = if drafts { quotes::drafts() } else { Vec::new() };
    let result = |file_name: &str, refusal: Option<&str>| UploadResult {
        file_name: file_name.to_owned(),
        refusal: refusal.map(str::to_owned),
    };
    let results = [
        result("orcamento_41002.pdf", None),
        result("planilha.xlsx", Some("Não é um PDF. Envie o orçamento em PDF, como sai do sistema.")),
    ];
    let results = if drafts.is_empty() { &[] } else { &results[..] };
    ImportPage { chrome: &chrome, drafts: &drafts, results }.render().unwrap()
}

fn preview_page(wrong: bool) -> String {
    let chrome = chrome(Lang::PtBr, "quotes", EVERYTHING);
    let problems = if wrong { quotes::problems() } else { Vec::new() };
    let notices = ["O desconto de R$ 20,00 já está no valor a pagar.".to_owned()];
    let text = ["Orçamento Nº: 41002".to_owned(), "00010 FO11 --> FONE MODELO UN 30 3,50 105,00".to_owned()];
    let mut errors = FieldErrors::default();
    if wrong {
        errors.push("seller", "Escolha quem vendeu");
    }
    let page = PreviewPage {
        chrome: &chrome,
        id: DraftId(data::uuid(900)),
        version: 1,
        file_name: "orcamento_41002.pdf",
        importer: "Marina Alves",
        at: data::minutes_ago(20),
        head: &quotes::head(),
        seller_read: "MARINA ALVES PRADO",
        lines: &quotes::lines(wrong),
        totals: &quotes::totals(),
        problems: &problems,
        notices: &notices,
        existing: None,
        replaceable: &quotes::choices(&["#30567"]),
        shippings: &quotes::shippings(),
        packagings: &quotes::choices(&["Sacola", "Caixa"]),
        sellers: &quotes::choices(&["Marina Alves", "Carlos Souza"]),
        form: &quotes::form(),
        errors: &errors,
        text: &text,
        editing: None,
        may_override: wrong,
        blocked: false,
    };
    page.render().unwrap()
}

fn closed_page(orders: usize) -> String {
    let chrome = chrome(Lang::PtBr, "closed", EVERYTHING);
    let one = |n: usize| {
        let summary = data::finished(board().swap_remove(n));
        ClosedOrder {
            id: OrderId(data::uuid(n as u128)),
            number: summary.number,
            customer: summary.customer,
            seller: summary.seller,
            state: if n % 4 == 3 { OrderState::Canceled } else { OrderState::Finished },
            quote_date: date(2025, 10, 20),
            closed: separacao::orders::model::Closing {
                reason: (n % 4 == 3).then(|| "Cliente desistiu".to_owned()),
                ..summary.closed.unwrap()
            },
            counts: summary.counts,
        }
    };
    let orders: Vec<ClosedOrder> = (0..orders).map(one).collect();
    ClosedPage { chrome: &chrome, orders: &orders }.render().unwrap()
}

fn error_page(status: u16) -> String {
    let chrome = chrome(Lang::PtBr, "", EVERYTHING);
    ErrorPage { chrome: &chrome, status, sentence: None, back: "/" }.render().unwrap()
}

/// Every page there is, by the name it is looked at under.
fn pages() -> Vec<(&'static str, String)> {
    let (orders, order, items) = (board(), the_order(), items());
    let long: Vec<OrderSummary> = orders.iter().cloned().cycle().take(60).collect();
    let filter = BoardFilter {
        q: "fone".to_owned(),
        seller: Some(data::uuid(2).to_string()),
        status: Some(OrderStatus::Picking),
    };
    let settled: Vec<Item> = items.iter().filter(|item| item.state.is_settled()).cloned().collect();
    let mut ready = order.clone();
    ready.counts = separacao::orders::model::Counts::of(settled.iter().map(|item| &item.state));
    let pin =
        OneTimePin { name: "João Batista".to_owned(), number: "1002".to_owned(), pin: "481930".to_owned() };
    let (door, errors) = (Chrome::signed_out(scene(Lang::PtBr), None), FieldErrors::default());
    let set_up = SetUpPage {
        chrome: &door,
        token: "",
        existing: None,
        company_name: "",
        company_code: "",
        time_zone: "America/Sao_Paulo",
        name: "",
        number: "",
        errors: &errors,
    };
    let pin_chrome = chrome(Lang::PtBr, "", "");
    let change_pin = ChangePinPage { chrome: &pin_chrome, must_change: true, pin_digits: 6, errors: &errors };
    let item_sheet = |n: usize| order_page(&order, &items, OpenSheet::Item(items[n].id), EVERYTHING);
    vec![
        ("sign-in", sign_in(known_company(), "", None)),
        (
            "sign-in-wrong",
            sign_in(
                SignInCompany::Ask { typed: "casa".to_owned() },
                "1002",
                Some(&Lang::PtBr.t("sign_in.wrong")),
            ),
        ),
        ("set-up", set_up.render().unwrap()),
        ("change-pin", change_pin.render().unwrap()),
        ("board", board_page(Lang::PtBr, &orders, &BoardFilter::default(), 30)),
        ("board-en", board_page(Lang::En, &orders, &BoardFilter::default(), 30)),
        ("board-paged", board_page(Lang::PtBr, &long, &BoardFilter::default(), 5000)),
        ("board-empty", board_page(Lang::PtBr, &[], &BoardFilter::default(), 0)),
        ("board-filtered", board_page(Lang::PtBr, &orders[..3], &filter, 3)),
        ("board-none", board_page(Lang::PtBr, &[], &filter, 0)),
        ("order", order_page(&order, &items, OpenSheet::None, EVERYTHING)),
        ("order-picker", order_page(&order, &items, OpenSheet::None, "view note pick resolve finish")),
        ("order-item", item_sheet(0)),
        ("order-item-picked", item_sheet(9)),
        ("order-ready", order_page(&ready, &settled, OpenSheet::None, EVERYTHING)),
        ("order-finish", order_page(&ready, &settled, OpenSheet::Finish, EVERYTHING)),
        ("order-change", order_page(&order, &items, OpenSheet::Change, EVERYTHING)),
        ("order-cancel", order_page(&order, &items, OpenSheet::Cancel, EVERYTHING)),
        ("order-closed", order_page(&data::finished(ready.clone()), &settled, OpenSheet::None, EVERYTHING)),
        ("import", import_page(true)),
        ("import-empty", import_page(false)),
        ("preview", preview_page(false)),
        ("preview-wrong", preview_page(true)),
        ("closed", closed_page(12)),
        ("closed-empty", closed_page(0)),
        ("people", people_page(None, false)),
        ("people-once", people_page(Some(&pin), false)),
        ("people-pin", people_page(None, true)),
        ("error-404", error_page(404)),
        ("error-503", error_page(503)),
    ]
}

#[test]
fn every_page_can_be_looked_at() {
    #[expect(clippy::disallowed_methods, reason = "not a setting of the server: where to put pictures")]
    let folder = std::env::var_os("SCREENS_DIR");
    for (name, html) in pages() {
        assert!(html.starts_with("<!doctype html>"), "{name}");
        for lang in Lang::ALL {
            assert!(!html.contains(&format!("{}.", lang.tag())), "{name} misses a word of the catalogue");
        }
        for forbidden in ["<script>", " style=", "onclick=", "javascript:", "<style"] {
            assert!(!html.contains(forbidden), "{name} has {forbidden}, which the policy refuses");
        }
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(std::path::Path::new(folder).join(format!("{name}.html")), html).unwrap();
        }
    }
}

#[test]
fn a_fragment_stands_in_its_page_byte_for_byte() {
    let scene = scene(Lang::PtBr);
    let orders = board();
    let page = board_page(Lang::PtBr, &orders, &BoardFilter::default(), 30);
    for order in &orders {
        assert!(page.contains(&CardFragment { scene, order }.render().unwrap()));
    }
    let counters = CountersFragment { scene, open_now: 30, finished_today: 12 };
    assert!(page.contains(&counters.render().unwrap()));

    let (order, items) = (the_order(), items());
    let page = order_page(&order, &items, OpenSheet::None, EVERYTHING);
    for item in &items {
        let row = ItemFragment { scene, order_id: order.id, order_state: order.state, item };
        assert!(page.contains(&row.render().unwrap()), "{}", item.description);
    }
    for count in GroupCountFragment::all(scene, &items) {
        assert!(page.contains(&count.render().unwrap()));
    }
    for entry in &timeline() {
        assert!(page.contains(&EntryFragment { scene, entry }.render().unwrap()));
    }
    let order = &order;
    assert!(page.contains(&BarFragment { scene, order }.render().unwrap()));
    assert!(page.contains(&HeadFragment { scene, order }.render().unwrap()));
    assert!(page.contains(&NotesFragment { scene, order }.render().unwrap()));
    let finish = FinishFragment { scene, order, items: &items, open: false };
    assert!(page.contains(&finish.render().unwrap()));

    let page = import_page(true);
    for draft in &quotes::drafts() {
        assert!(page.contains(&DraftFragment { scene, draft }.render().unwrap()));
    }
    let page = people_page(None, false);
    for person in &people() {
        assert!(page.contains(&PersonFragment { scene, person }.render().unwrap()));
    }
}

/// Names, notes, products and reasons come from paper and from people: they are text, whatever they hold.
#[test]
fn nothing_that_was_typed_becomes_markup() {
    let corpus = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)",
        "</textarea><script>alert(1)</script>",
        "<svg/onload=alert(1)>",
        "javascript:alert(1)//\"><b>",
        "{{7*7}}<b>%{name}</b>",
    ];
    for text in corpus {
        let mut order = the_order();
        order.number = Some(text.to_owned());
        order.customer = text.to_owned();
        order.seller = text.to_owned();
        order.shipping = text.to_owned();
        order.picked_by = vec![text.to_owned()];
        order.values_mismatch_reason = Some(text.to_owned());
        order.notes = vec![data::note(1, text, text)];
        let mut items = items();
        for item in &mut items {
            item.description = format!("{text} --> {text}");
            item.code = text.to_owned();
            item.unit = text.to_owned();
            item.state.reason = Some(text.to_owned());
            data::changed(item, "item_picked", text, 3);
        }
        let filter = BoardFilter { q: text.to_owned(), seller: Some(text.to_owned()), status: None };
        let finish = {
            let mut ready = order.clone();
            ready.counts = data::counts(3, 3, 3);
            ready.counts.short = 3;
            order_page(&ready, &items, OpenSheet::Finish, EVERYTHING)
        };
        let pages = [
            board_page(Lang::PtBr, &[order.clone()], &filter, 1),
            order_page(&order, &items, OpenSheet::Item(items[0].id), EVERYTHING),
            finish,
            sign_in(SignInCompany::Ask { typed: text.to_owned() }, text, Some(text)),
        ];
        for page in pages {
            for raw in ["<script>alert", "<img src=x", "<svg/onload", "<b>", "' onfocus='", "\"><"] {
                let typed = page.matches(raw).count();
                let ours = if raw == "<b>" || raw == "\"><" { page.matches(raw).count() } else { 0 };
                assert_eq!(typed, ours, "{raw} of {text} reached the page");
            }
            assert!(!page.contains(text), "{text} reached the page as it is");
        }
    }
}

#[test]
fn the_card_of_an_order() {
    let orders = board();
    let card = |order| CardFragment { scene: scene(Lang::PtBr), order }.render().unwrap();
    insta::assert_snapshot!("card_urgent", card(&orders[0]));
    insta::assert_snapshot!("card_without_number", card(&orders[12]));
    insta::assert_snapshot!("card_ready_for_long", card(&orders[11]));
    let whole: usize = orders.iter().map(|order| card(order).len()).sum();
    assert!(whole <= 48_000, "30 cards have {whole} bytes");
}

#[test]
fn the_row_of_a_line_in_each_status() {
    let order = the_order();
    let rows: Vec<String> = items()
        .iter()
        .map(|item| {
            let row =
                ItemFragment { scene: scene(Lang::PtBr), order_id: order.id, order_state: order.state, item };
            row.render().unwrap()
        })
        .collect();
    insta::assert_snapshot!("rows", rows.join("\n"));
}

#[test]
fn lines_stand_in_their_group_by_reference() {
    let page = order_page(&the_order(), &items(), OpenSheet::None, EVERYTHING);
    let at = |id: ItemId| page.find(&format!("id=\"item-{id}\"")).unwrap();
    let mut in_order: Vec<(ItemGroup, String, ItemId)> = items()
        .iter()
        .map(|item| (item.state.group(), separacao::html::folded(&item.description), item.id))
        .collect();
    in_order.sort_by_key(|(group, name, _)| {
        (ItemGroup::ALL.iter().position(|other| other == group), name.clone())
    });
    let places: Vec<usize> = in_order.iter().map(|(_, _, id)| at(*id)).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_closed_order_has_no_button_on_its_rows() {
    let page = order_page(&data::finished(the_order()), &items(), OpenSheet::None, EVERYTHING);
    assert!(!page.contains("/pick\""));
    assert!(page.contains("reopen-dialog"));
    assert!(!page.contains("cancel-dialog"));
}

#[test]
fn the_sign_in_form() {
    let page = sign_in(known_company(), "1002", Some("Número ou PIN não confere."));
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    insta::assert_snapshot!("sign_in", main);
}

#[test]
fn every_entry_of_the_history_has_its_sentence() {
    for lang in Lang::ALL {
        for kind in TIMELINE_KINDS {
            let mut entry = timeline().swap_remove(0);
            entry.kind = kind.to_owned();
            let html = EntryFragment { scene: scene(lang), entry: &entry }.render().unwrap();
            assert!(html.contains("João ") && !html.contains("timeline."), "{html}");
        }
    }
}

#[test]
fn reasons_are_read_from_codes_and_from_words() {
    let words = |stored| reason_words(Lang::PtBr, stored);
    assert_eq!(words("stock"), "Em falta no estoque");
    assert_eq!(words("damaged: caixa molhada"), "Produto danificado: caixa molhada");
    assert_eq!(words("other: só vem em janeiro"), "só vem em janeiro");
    assert_eq!(words("acabou: de vez"), "acabou: de vez");
}

#[test]
fn a_filter_is_kept_in_links_and_each_part_can_be_dropped() {
    let page = board_page(
        Lang::PtBr,
        &board(),
        &BoardFilter { q: "fone & cabo".to_owned(), seller: None, status: Some(OrderStatus::Picking) },
        130,
    );
    assert!(page.contains("href=\"/?status=picking\""));
    assert!(page.contains("href=\"/?q=fone%20%26%20cabo\""));
    assert!(page.contains("q=fone%20%26%20cabo&#38;status=picking&#38;page=2"));
}
