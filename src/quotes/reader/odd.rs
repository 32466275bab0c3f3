//! Rows that are not like the others of the table: each of them is doubtful.

use super::row::Row;

/// Adds to each odd row what is odd about it.
pub fn point_out(rows: &mut [Row]) {
    point_out_pale(rows);
    point_out_indented(rows);
    point_out_crowded(rows);
}

/// Rows in the ink of a watermark, where others are not: hardly anybody sees them on paper.
fn point_out_pale(rows: &mut [Row]) {
    if rows.iter().all(|row| row.faint) {
        return;
    }
    for row in rows.iter_mut().filter(|row| row.faint) {
        row.doubts.push(format!("{} {}", row.code, row.description).trim().to_owned());
    }
}

/// How far from the others, in font sizes, a description begins that has something before it.
const INDENTED: f32 = 0.4;
/// So many rows tell where descriptions begin.
const FEWEST_ROWS: usize = 4;

/// Descriptions that begin elsewhere than most.
fn point_out_indented(rows: &mut [Row]) {
    let mut lefts: Vec<f32> = rows.iter().filter_map(|row| row.left).collect();
    lefts.sort_by(f32::total_cmp);
    let Some(usual) = lefts.get(lefts.len() / 2).copied().filter(|_| lefts.len() >= FEWEST_ROWS) else {
        return;
    };
    let is_elsewhere =
        |row: &Row| row.left.is_some_and(|left| (left - usual).abs() > INDENTED * row.size && !row.by_words);
    let count = rows.iter().filter(|row| is_elsewhere(row)).count();
    // Centered ones begin anywhere.
    if count * 4 > lefts.len() {
        return;
    }
    for row in rows.iter_mut().filter(|row| is_elsewhere(row)) {
        row.doubts.push(row.description.clone());
    }
}

/// Rows stand at least so many font sizes below each other.
const CROWDED: f32 = 0.7;

/// Rows that are printed over the row above.
fn point_out_crowded(rows: &mut [Row]) {
    for at in 1..rows.len() {
        let (above, row) = (&rows[at - 1], &rows[at]);
        if above.page == row.page && row.y - above.y < CROWDED * row.size {
            let text = format!("{} {}", row.code, row.description);
            rows[at].doubts.push(text.trim().to_owned());
        }
    }
}
