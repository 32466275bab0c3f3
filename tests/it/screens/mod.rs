//! What the screens look like: a fragment is the page's own bytes, nothing that people type becomes markup, and
//! the few pieces that everything else is made of stay as they are.
//!
//! `SCREENS_DIR=/tmp/screens cargo test --test it screens` writes every page there, to be looked at.

mod data;
mod drafts;
mod pages;

use askama::Template;
use data::{EVERYTHING, board, ctx, items, the_order, timeline};
use jiff::SignedDuration;
use pages::{board_page, import_page, order_page, pages, people, people_page, sign_in};
use separacao::auth::views::SignInCompany;
use separacao::feed::{EventKind, Topic};
use separacao::html::FormState;
use separacao::ids::ItemId;
use separacao::lang::Lang;
use separacao::orders::history::Told;
use separacao::orders::item::{ItemGroup, Reason};
use separacao::orders::status::OrderStatus;
use separacao::orders::views::entry::EntryFragment;
use separacao::orders::views::item::{GroupCountFragment, ItemFragment};
use separacao::orders::views::order::OpenSheet;
use separacao::orders::views::parts::{BarFragment, FinishFragment, HeadFragment, NotesFragment};
use separacao::orders::views::words::reason_words;
use separacao::orders::views::{BoardFilter, CardFragment};
use separacao::people::views::PersonFragment;
use separacao::quotes::views::DraftFragment;

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
    let ctx = ctx(Lang::PtBr);
    let orders = board();
    let page = board_page(Lang::PtBr, &orders, &BoardFilter::default(), 30);
    for order in &orders {
        assert!(page.contains(&CardFragment { ctx, order }.render().unwrap()));
    }
    let counters = pages::counters(ctx, 30);
    assert!(page.contains(&counters.render().unwrap()));

    let (order, items) = (the_order(), items());
    let page = order_page(&order, &items, OpenSheet::None, EVERYTHING);
    for item in &items {
        let row = ItemFragment { ctx, order_id: order.id, order_state: order.state, item };
        assert!(page.contains(&row.render().unwrap()), "{}", item.description);
    }
    for count in GroupCountFragment::all(ctx, order.state, &items) {
        assert!(page.contains(&count.render().unwrap()));
    }
    for entry in &timeline() {
        assert!(page.contains(&EntryFragment { ctx, order_id: order.id, entry }.render().unwrap()));
    }
    let order = &order;
    assert!(page.contains(&BarFragment { ctx, order }.render().unwrap()));
    assert!(page.contains(&HeadFragment { ctx, order }.render().unwrap()));
    assert!(page.contains(&NotesFragment { ctx, order, given: FormState::default() }.render().unwrap()));
    let finish = FinishFragment { ctx, order, items: &items, open: false, given: FormState::default() };
    assert!(page.contains(&finish.render().unwrap()));

    let page = import_page(true);
    for draft in &drafts::drafts() {
        assert!(page.contains(&DraftFragment { ctx, draft }.render().unwrap()));
    }
    let page = people_page(None, false);
    for person in &people() {
        assert!(page.contains(&PersonFragment { ctx, person }.render().unwrap()));
    }
}

#[test]
fn the_counters_stay_as_they_are() {
    insta::assert_snapshot!("counters", pages::counters(ctx(Lang::PtBr), 5000).render().unwrap());
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
            item.state.reason = Some(Reason::text(text));
            data::changed(item, Some(EventKind::ItemPicked), text, 3);
        }
        let filter =
            BoardFilter { q: text.to_owned(), seller: Some(text.to_owned()), ..BoardFilter::default() };
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
            for raw in ["<script>alert", "<img src=x", "<svg/onload", "' onfocus='"] {
                assert!(!page.contains(raw), "{raw} of {text} reached the page");
            }
            assert!(!page.contains(text), "{text} reached the page as it is");
        }
    }
}

#[test]
fn the_card_of_an_order() {
    let orders = board();
    let card = |order| CardFragment { ctx: ctx(Lang::PtBr), order }.render().unwrap();
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
                ItemFragment { ctx: ctx(Lang::PtBr), order_id: order.id, order_state: order.state, item };
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
    let page = sign_in(pages::known_company(), "1002", Some("Número ou PIN não confere."));
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    insta::assert_snapshot!("sign_in", main);
}

#[test]
fn every_kind_that_the_timeline_tells_has_its_sentences() {
    for lang in Lang::ALL {
        let drawn = |kind: Option<EventKind>, undoes: Option<EventKind>| {
            let mut entry = timeline().swap_remove(0);
            (entry.kind, entry.undoes) = (kind, undoes);
            let fragment = EntryFragment { ctx: ctx(lang), order_id: the_order().id, entry: &entry };
            fragment.render().unwrap()
        };
        for kind in EventKind::ALL.iter().copied() {
            let (told, undone) = (drawn(Some(kind), None), drawn(Some(EventKind::ActionUndone), Some(kind)));
            for html in [told, undone] {
                assert!(html.contains("João ") && !html.contains("timeline."), "{html}");
            }
            // What changes a line is told on the line, too.
            let of_a_line = lang.t(&format!("changed.{}", kind.code())).into_owned();
            assert!(!kind.topics().has(Topic::Line) || !of_a_line.contains("changed."), "{of_a_line}");
        }
        // Of a newer build.
        let unknown = drawn(None, None);
        assert!(unknown.contains("João ") && unknown.contains("e-other"), "{unknown}");
    }
}

#[test]
fn a_reason_is_the_word_of_its_code_and_what_was_added() {
    let words = |code: Option<&str>, text: Option<&str>| {
        let reason = Reason { code: code.map(str::to_owned), text: text.map(str::to_owned) };
        reason_words(separacao::html::Reasons::usual(), Lang::PtBr, &reason)
    };
    assert_eq!(words(Some("stock"), None), "Em falta no estoque");
    assert_eq!(words(Some("damaged"), Some("caixa molhada")), "Produto danificado: caixa molhada");
    assert_eq!(words(Some("other"), Some("só vem em janeiro")), "só vem em janeiro");
    assert_eq!(words(Some("of_a_newer_build"), Some("acabou")), "acabou");
    assert_eq!(words(None, Some("desistiu: de vez")), "desistiu: de vez");
    assert_eq!(words(Some("of_a_newer_build"), None), words(Some("other"), None));
}

#[test]
fn the_timeline_says_of_a_tap_that_waited_when_it_was_made_and_when_it_came() {
    let drawn = |lang: Lang, seconds: i64| {
        let mut entry = timeline().swap_remove(0);
        entry.at = data::now();
        entry.tapped_at = Some(entry.at - SignedDuration::from_secs(seconds));
        let fragment = EntryFragment { ctx: ctx(lang), order_id: the_order().id, entry: &entry };
        fragment.render().unwrap()
    };
    let waited = drawn(Lang::PtBr, 30 * 60);
    assert!(waited.contains("marcado às 14:02, enviado às 14:32"), "{waited}");
    let waited = drawn(Lang::En, 30 * 60);
    assert!(waited.contains("tapped at 14:02, sent at 14:32"), "{waited}");
    for seconds in [-60, 0, 60] {
        assert!(!drawn(Lang::PtBr, seconds).contains("marcado"), "{seconds}");
    }
}

#[test]
fn the_timeline_tells_each_thing_in_its_own_words() {
    let told = |told: Option<Told>, note: Option<&str>| {
        let mut entry = timeline().swap_remove(0);
        (entry.told, entry.note) = (told, note.map(str::to_owned));
        let fragment = EntryFragment { ctx: ctx(Lang::PtBr), order_id: the_order().id, entry: &entry };
        let html = fragment.render().unwrap();
        html.split("class=\"why\">").nth(1).and_then(|rest| rest.split("</span>").next()).map(str::to_owned)
    };
    let owned = str::to_owned;
    let cases = [
        (Told::Reason(Reason::text("desistiu")), Some("desistiu")),
        (Told::Volumes { volumes: 2 }, Some("2 volumes")),
        (Told::Options { shipping: owned("Motoboy"), packaging: owned("Caixa") }, Some("Motoboy · Caixa")),
        (Told::Sellers { before: owned("Ana"), after: owned("Rui") }, Some("Ana → Rui")),
        (Told::Unknown, None),
    ];
    for (case, expected) in cases {
        assert_eq!(told(Some(case), None).as_deref(), expected);
    }
    assert_eq!(told(None, Some("frágil")).as_deref(), Some("frágil"));
    assert_eq!(told(None, None), None);
}

#[test]
fn a_filter_is_kept_in_links_and_each_part_can_be_dropped() {
    let page = board_page(
        Lang::PtBr,
        &board(),
        &BoardFilter {
            q: "fone & cabo".to_owned(),
            status: Some(OrderStatus::Picking),
            ..BoardFilter::default()
        },
        130,
    );
    assert!(page.contains("href=\"/?status=picking\""));
    assert!(page.contains("href=\"/?q=fone%20%26%20cabo\""));
    assert!(page.contains("q=fone%20%26%20cabo&#38;status=picking&#38;page=2"));
}
