//! What an older build wrote for searching is folded again.

use separacao::jobs;

use crate::support::database::run_sql;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

#[tokio::test]
async fn orders_of_an_older_build_are_found_after_a_job_folded_their_words_again() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let (old, other) = (company.import(2).await, company.import(1).await);
    let picker = server.signed_in("alfa", PICKER).await;
    let finds =
        async |typed: &str| picker.get(&format!("/?q={typed}")).await.text.contains(&old.id.to_string());
    // A build that knew one word for all of it, and one that wrote beside it.
    for change in [
        format!("update orders set customer = 'ÔNIBUS DO SUL' where id = '{}'", old.id),
        format!("delete from search_words where order_id = '{}'", old.id),
        format!(
            "insert into search_words (company_id, word, order_id) select company_id, 'Ônibus', id from orders where id = '{}'",
            old.id
        ),
        format!(
            "insert into search_words (company_id, word, order_id) select company_id, '{}', id from orders where id = '{}'",
            old.number, old.id
        ),
    ] {
        run_sql(&server.database_url, &change).await;
    }
    assert!(finds(&old.number).await && !finds("onib").await);
    let written = server.count("search_words where fold = 1").await;
    assert_eq!(
        server.count(&format!("search_words where fold = 1 and order_id = '{}'", other.id)).await,
        written
    );

    jobs::run_one(&server.app, "fold_words").await.unwrap();
    assert!(finds("onibus").await && finds("sul").await && finds(&old.number).await);
    assert_eq!(
        server.count("search_words where fold < 1").await,
        0,
        "what this build would not write is gone"
    );
    // Again does nothing, and the search of today is the one of an order that was just imported.
    let words = server.count("search_words").await;
    jobs::run_one(&server.app, "fold_words").await.unwrap();
    assert_eq!(server.count("search_words").await, words);
}
