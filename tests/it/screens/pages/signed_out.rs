//! Pages of nobody in particular.

use askama::Template;
use separacao::auth::views::{ChangePinPage, SignInCompany, SignInPage};
use separacao::companies::views::SetUpPage;
use separacao::html::{FieldErrors, Layout};
use separacao::http::views::ErrorPage;
use separacao::lang::Lang;

use crate::screens::data::{EVERYTHING, ctx, layout};

pub fn sign_in(company: SignInCompany, number: &str, error: Option<&str>) -> String {
    let layout = Layout::signed_out(ctx(Lang::PtBr), Some("Casa do Celular".to_owned()));
    SignInPage {
        layout: &layout,
        company,
        number,
        number_digits: 4,
        enters_after: None,
        error,
        next: "/",
        names_people: false,
    }
    .render()
    .unwrap()
}

pub fn known_company() -> SignInCompany {
    SignInCompany::Known { code: "casa".to_owned(), name: "Casa do Celular Atacado".to_owned() }
}

pub fn error_page(status: u16) -> String {
    let layout = layout(Lang::PtBr, None, EVERYTHING);
    ErrorPage { layout: &layout, status, sentence: None, back: "/", asks_pin: false }.render().unwrap()
}

pub fn signed_out_pages() -> Vec<(&'static str, String)> {
    let (plain, errors) = (Layout::signed_out(ctx(Lang::PtBr), None), FieldErrors::default());
    let set_up = SetUpPage {
        layout: &plain,
        is_open: true,
        token: "",
        existing: None,
        company_name: "",
        company_code: "",
        time_zone: "America/Sao_Paulo",
        name: "",
        number: "",
        errors: &errors,
    };
    let pin_layout = layout(Lang::PtBr, None, "");
    let change_pin = ChangePinPage { layout: &pin_layout, must_change: true, pin_digits: 6, errors: &errors };
    let ask = SignInCompany::Ask { typed: "casa".to_owned() };
    vec![
        ("sign-in", sign_in(known_company(), "", None)),
        ("sign-in-wrong", sign_in(ask, "1002", Some(&Lang::PtBr.t("sign_in.wrong")))),
        ("set-up", set_up.render().unwrap()),
        ("change-pin", change_pin.render().unwrap()),
    ]
}
