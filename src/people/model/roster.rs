//! People from a file: number, name, roles. Errors stand beside their rows, and a file is imported as a whole or not at all.

use std::collections::HashMap;

use super::check_new_person;
use crate::actor::{Role, folded_name};
use crate::error::{AppError, Sentence};
use crate::export::csv::cells;
use crate::lang::Lang;

/// The most people of one file: each PIN is hashed within the request.
pub const MOST: usize = 100;
/// The longest file, in characters.
pub const LONGEST: usize = 40_000;

/// Somebody of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    pub number: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// Why this one cannot be created; None: nothing is wrong.
    pub wrong: Option<Sentence>,
}

/// Everybody of a file, in its order. `taken` are the numbers of the company and whose they are.
pub fn read(
    text: &str,
    taken: &HashMap<String, String>,
    login_digits: u8,
) -> Result<Vec<RosterRow>, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.chars().count() > LONGEST {
        return Err(AppError::field("people", "roster.too_long"));
    }
    let mut rows: Vec<RosterRow> = Vec::new();
    for (n, cells) in
        text.lines().map(cells).filter(|cells| cells.iter().any(|cell| !cell.is_empty())).enumerate()
    {
        if n == 0 && is_head(&cells) {
            continue;
        }
        let row = row(&cells, &rows, taken, login_digits);
        rows.push(row);
    }
    match rows.len() {
        0 => Err(AppError::field("people", "roster.empty")),
        n if n > MOST => {
            let sentence = Sentence::new("roster.too_many").text("most", MOST.to_string());
            Err(AppError::Invalid {
                sentence: sentence.clone(),
                fields: vec![("people".to_owned(), sentence)],
            })
        }
        _ => Ok(rows),
    }
}

fn row(cells: &[String], before: &[RosterRow], taken: &HashMap<String, String>, digits: u8) -> RosterRow {
    let cell = |n: usize| cells.get(n).cloned().unwrap_or_default();
    let (mut number, mut name) = (cell(0), cell(1));
    // A file may have the names first, also of somebody without a number.
    if !is_number(&number) && (is_number(&name) || name.is_empty()) {
        std::mem::swap(&mut number, &mut name);
    }
    // Roles may stand in cells of their own.
    let (roles, unread) = read_roles(&cells.get(2..).unwrap_or_default().join(" "));
    let wrong = if let Some(word) = unread {
        Some(Sentence::new("roster.role_unknown").text("word", word))
    } else if let Err(AppError::Invalid { sentence, .. }) = check_new_person(&name, &number, &roles, digits) {
        Some(sentence)
    } else if let Some(other) = before.iter().find(|other| other.number == number) {
        Some(Sentence::new("roster.number_twice").text("name", other.name.clone()))
    } else {
        let whose = taken.get(&number);
        whose.map(|whose| Sentence::new("roster.number_taken").text("name", whose.clone()))
    };
    RosterRow { number, name, roles, wrong }
}

fn is_number(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names of columns, where the file has them: nobody's number is among them, and nobody's roles.
fn is_head(cells: &[String]) -> bool {
    let named = cells.first().is_some_and(|first| !first.is_empty());
    let are_roles = |cell: &String| matches!(read_roles(cell), (roles, None) if !roles.is_empty());
    let has_digit = |cell: &String| cell.bytes().any(|byte| byte.is_ascii_digit());
    named && !cells.iter().any(has_digit) && !cells.iter().any(are_roles)
}

/// The roles, or the first word that is none.
fn read_roles(text: &str) -> (Vec<Role>, Option<String>) {
    let mut roles = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || ",;/+|&".contains(c)) {
        let word = word.trim();
        if word.is_empty() || word.eq_ignore_ascii_case("e") || word.eq_ignore_ascii_case("and") {
            continue;
        }
        match role(word) {
            Some(role) if !roles.contains(&role) => roles.push(role),
            Some(_) => {}
            None => return (roles, Some(word.chars().take(30).collect())),
        }
    }
    (roles, None)
}

/// "Vendedor(a)", "vendedora", "seller"; the word of the screens in each language, without its ending.
fn role(word: &str) -> Option<Role> {
    let plain = |text: &str| folded_name(text).replace("(a)", "");
    let word = plain(word);
    let means = |role: &Role| {
        role.code() == word
            || Lang::ALL.into_iter().any(|lang| {
                let known = plain(&lang.t(&format!("role.{}", role.code())));
                word == known || word.strip_suffix('a') == Some(known.as_str())
            })
    };
    Role::ALL.into_iter().find(means)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken() -> HashMap<String, String> {
        [("3000".to_owned(), "João Pereira".to_owned())].into()
    }

    fn wrong(text: &str) -> Vec<Option<String>> {
        let rows = read(text, &taken(), 4).unwrap();
        rows.into_iter().map(|row| row.wrong.map(|sentence| sentence.key.into_owned())).collect()
    }

    #[test]
    fn a_file_of_excel_is_read_with_or_without_names_of_columns() {
        let text = "\u{feff}Número;Nome;Funções\r\n5001;Ana  Lima;Vendedor(a)\r\n5002;\"Zé; o outro\";separador e compradora\r\n\r\n";
        let rows = read(text, &taken(), 4).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].name.as_str(), rows[0].roles.as_slice()), ("Ana Lima", &[Role::Seller][..]));
        assert_eq!(rows[1].name, "Zé; o outro");
        assert_eq!(rows[1].roles, [Role::Picker, Role::Buyer]);
        assert!(rows.iter().all(|row| row.wrong.is_none()));
        let plain = read("5001,Ana,seller\n5002\tZé\tADMINISTRADOR", &taken(), 4).unwrap();
        assert_eq!(plain[1].roles, [Role::Admin]);
    }

    /// The first line is somebody, not the names of columns.
    #[test]
    fn names_may_stand_before_numbers() {
        for text in [
            "Ana Lima;5001;seller\nZé;5002;picker",
            "Nome;Número;Funções\nAna Lima;5001;seller\nZé;5002;picker",
        ] {
            let rows = read(text, &taken(), 4).unwrap();
            let read: Vec<_> = rows.iter().map(|row| (row.number.as_str(), row.name.as_str())).collect();
            assert_eq!(read, [("5001", "Ana Lima"), ("5002", "Zé")]);
            assert!(rows.iter().all(|row| row.wrong.is_none()), "{rows:?}");
        }
    }

    #[test]
    fn cells_are_told_apart_by_what_stands_outside_of_quotes_and_of_roles() {
        for text in [
            "5001\tLima, Ana\tvendedor; comprador",
            "\"5001\";\"Lima, Ana\";\"vendedor, comprador\"",
            "5001,\"Lima, Ana\",\"vendedor; comprador\"",
        ] {
            let rows = read(text, &taken(), 4).unwrap();
            assert_eq!(
                (rows.len(), rows[0].number.as_str(), rows[0].name.as_str()),
                (1, "5001", "Lima, Ana")
            );
            assert_eq!(rows[0].roles, [Role::Seller, Role::Buyer], "{text}");
        }
    }

    /// Taken for names of columns, the first person would be left out without a word.
    #[test]
    fn somebody_without_a_number_in_the_first_line_is_said_to_have_none() {
        for text in ["Ana Lima;;vendedora\n5002;Zé;picker", "Ana Lima;vendedora\n5002;Zé;picker"] {
            assert_eq!(wrong(text), [Some("people.number_wrong".to_owned()), None], "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_each() {
        let text = "5001;Ana;gerente\n42;Zé;picker\n5003;;picker\n5004;Lia;\n3000;Outro João;picker\n5006;Um;picker\n5006;Dois;picker\n5007;Certa;picker";
        let said = wrong(text);
        let keys = [
            Some("roster.role_unknown"),
            Some("people.number_wrong"),
            Some("people.name_wrong"),
            Some("people.role_required"),
            Some("roster.number_taken"),
            None,
            Some("roster.number_twice"),
            None,
        ];
        assert_eq!(said.iter().map(Option::as_deref).collect::<Vec<_>>(), keys);
    }

    #[test]
    fn nobody_too_many_and_endless_files_are_refused_whole() {
        assert!(read("", &taken(), 4).is_err());
        assert!(read("Número;Nome", &taken(), 4).is_err());
        assert!(read(&"5001;A;picker\n".repeat(MOST + 1), &taken(), 4).is_err());
        assert!(read(&"x".repeat(LONGEST + 1), &taken(), 4).is_err());
    }
}
