//! A page that is watched over its socket.

use super::client::Client;
use super::screen::Page;
use super::socket::Socket;

/// A page with its socket.
pub struct Watched {
    client: Client,
    path: String,
    pub page: Page,
    /// A frame asked for the page to be fetched again since somebody last looked here.
    pub refetched: bool,
    socket: Socket,
}

impl Watched {
    pub async fn open(client: &Client, path: &str) -> Self {
        let mut page = client.page(path).await;
        let socket = Socket::open(client, &mut page).await;
        Self { client: client.clone(), path: path.to_owned(), page, refetched: false, socket }
    }

    /// Page before + frames = page after.
    pub async fn must_equal_a_fresh_page(&mut self, after: &str) {
        let fresh = self.client.page(&self.path).await;
        self.socket.follow(&mut self.page, fresh.n()).await;
        assert_eq!(self.page.reset, None, "{after}: {}", self.path);
        if self.page.touched {
            self.page = fresh;
            self.refetched = true;
            return;
        }
        self.page.must_show(&fresh, &format!("{after} on {}", self.path));
    }
}
