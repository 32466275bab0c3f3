//! Printed pages of an order.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use crate::actor::{Actor, Permission};
use crate::config::Settings;
use crate::error::{AppError, Result};
use crate::extract::{Path, Query};
use crate::html::RenderContext;
use crate::ids::OrderId;
use crate::orders::model::{Item, OrderSummary};
use crate::orders::queries::{items, summaries};
use crate::orders::status::OrderState;
use crate::orders::views::papers::{LabelSize, PackingSlip, PickList, Qr, VolumeLabels};
use crate::page::{self, CompanyTime, Visitor};
use crate::state::AppState;

/// Labels of one page at most.
const MOST_LABELS: i32 = 300;
/// White squares around a QR code.
const QUIET: usize = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LabelsQuery {
    volumes: String,
    size: String,
}

/// What every paper is made of.
struct Paper {
    actor: Actor,
    s: RenderContext,
    order: OrderSummary,
    items: Vec<Item>,
}

impl Paper {
    async fn read(state: &AppState, visitor: &Visitor, order_id: OrderId) -> Result<Self> {
        let actor = visitor.actor()?.clone();
        if !actor.can(Permission::View) {
            return Err(AppError::Forbidden);
        }
        let _turn = page::turn().await?;
        let mut tx = state.db.company(actor.company_id).await?;
        let order = summaries::get_summary(&mut tx, order_id).await?;
        let items = items::list_items(&mut tx, order_id, None).await?;
        let s = CompanyTime::from(&actor.company).render_context(visitor.lang, 0, state.clock.now());
        Ok(Self { actor, s, order, items })
    }
}

/// `GET /orders/{order}/print/list`
pub async fn list(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
    headers: HeaderMap,
) -> Result<Response> {
    let Paper { s, order, items, .. } = Paper::read(&state, &visitor, order_id).await?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let qr = qr(&format!("{}/orders/{order_id}", origin(&state.settings, host)));
    page::respond(&PickList::new(s, &order, &items, qr))
}

/// `GET /orders/{order}/print/slip`
pub async fn slip(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
) -> Result<Response> {
    let Paper { actor, s, order, items } = Paper::read(&state, &visitor, order_id).await?;
    if order.state != OrderState::Finished {
        return Err(AppError::conflict("papers.not_finished"));
    }
    page::respond(&PackingSlip { s, company: &actor.company.name, order: &order, items: &items })
}

/// `GET /orders/{order}/print/labels`
pub async fn labels(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(order_id): Path<OrderId>,
    Query(query): Query<LabelsQuery>,
) -> Result<Response> {
    let Paper { actor, s, order, .. } = Paper::read(&state, &visitor, order_id).await?;
    let counted = order.closed.as_ref().and_then(|closed| closed.volumes);
    let volumes = query.volumes.trim().parse().ok().or(counted).unwrap_or(1).clamp(1, MOST_LABELS);
    let size = LabelSize::from_code(&query.size);
    page::respond(&VolumeLabels { s, company: &actor.company.name, order: &order, volumes, size })
}

/// The public origin of this server: that of the requested host, else the first one, else the requested host.
fn origin(settings: &Settings, host: &str) -> String {
    let origins = settings.origins().unwrap_or_default();
    let asked = origins.iter().find(|origin| origin.split_once("://").is_some_and(|(_, own)| own == host));
    asked.or(origins.first()).cloned().unwrap_or_else(|| format!("http://{host}"))
}

/// Runs of black squares as rectangles of one path.
fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (side, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(side).enumerate() {
        let mut x = 0;
        while x < side {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(Qr { path, width: side + 2 * QUIET })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finders_in_three_corners_inside_a_quiet_border() {
        let code = qr("https://separacao.example/orders/0199a1b2-0000-7000-8000-000000000001").unwrap();
        let (first, far) = (QUIET, code.width - QUIET - 7);
        for corner in [(first, first), (far, first), (first, far)] {
            assert!(code.path.contains(&format!("M{} {}h7v1h-7z", corner.0, corner.1)), "{corner:?}");
        }
        assert!(!code.path.contains(&format!("M{far} {far}h7v1h-7z")));
    }
}
