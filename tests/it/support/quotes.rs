//! Quotes on their way in: the samples, uploads, and the form of a preview.

use std::path::{Path, PathBuf};

use reqwest::multipart::{Form, Part};
use separacao::ids::OrderId;
use separacao::orders::queries::options;
use uuid::Uuid;

use super::client::{Answer, Client};
use super::world::{Company, SELLER};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes").join(name)
}

pub fn pdf(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("{name}.pdf"))).unwrap()
}

pub fn form(name: &str, bytes: Vec<u8>) -> Form {
    Form::new().part("file", Part::bytes(bytes).file_name(format!("{name}.pdf")))
}

/// As the script sends a file.
pub async fn send(client: &Client, name: &str, bytes: Vec<u8>, operation: Uuid) -> Answer {
    let request = client.http().post(client.url("/quotes")).header("accept", "application/json");
    client.send(request.header("x-operation-id", operation.to_string()).multipart(form(name, bytes))).await
}

/// Uploads a sample; answers the path of its draft.
pub async fn upload(client: &Client, name: &str) -> String {
    let answer = send(client, name, pdf(name), Uuid::now_v7()).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    answer.json()["location"].as_str().expect("a draft").to_owned()
}

/// The choices of a form.
pub struct Choices {
    pub shipping: String,
    pub packaging: String,
    pub seller: String,
}

impl Choices {
    /// By the names of shipping and packaging, and the seller's number.
    pub async fn of(company: &Company, shipping: &str, packaging: &str, seller: &str) -> Self {
        let mut tx = company.app.db.company(company.id).await.unwrap();
        let shippings = options::list_shipping_options(&mut tx, None).await.unwrap();
        let packagings = options::list_packaging_options(&mut tx, None).await.unwrap();
        Self {
            shipping: shippings.iter().find(|option| option.name == shipping).unwrap().id.to_string(),
            packaging: packagings.iter().find(|option| option.name == packaging).unwrap().id.to_string(),
            seller: company.person(seller).await.to_string(),
        }
    }

    pub fn form<'a>(&'a self, version: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut form = vec![
            ("version", version),
            ("shipping", self.shipping.as_str()),
            ("packaging", self.packaging.as_str()),
            ("seller", self.seller.as_str()),
        ];
        form.extend(more);
        form
    }
}

pub async fn usual(company: &Company) -> Choices {
    Choices::of(company, "Correios", "Caixa", SELLER).await
}

pub fn order_of(answer: &Answer) -> OrderId {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let location = answer.json()["location"].as_str().unwrap().to_owned();
    location.strip_prefix("/orders/").expect("an order").parse().unwrap()
}
