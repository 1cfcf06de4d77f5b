//! Criteria against the recorded server: what we build is what GLPI understood.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::{recorded, zone};

fn options() -> SearchOptions {
    SearchOptions::parse("Ticket", &recorded::exchange("list_search_options_ticket").body())
}

fn checked(spec: &CriteriaSpec) -> Criteria {
    spec.check(&options()).unwrap()
}

fn tickets() -> CriteriaSpec {
    CriteriaSpec::of("Ticket")
}

/// Holds `spec` against the query a real GLPI answered. The order of the pairs does not matter to it, and
/// `is_deleted=0` is what it takes for granted.
fn check_recorded(name: &str, spec: &CriteriaSpec) {
    let mut ours = checked(spec).pairs();
    ours.retain(|(key, value)| (key.as_str(), value.as_str()) != ("is_deleted", "0"));
    let mut recorded = recorded::exchange(name).pairs();
    ours.sort();
    recorded.sort();
    assert_eq!(ours, recorded, "{name}");
}

#[test]
fn the_recorded_searches_can_all_be_built() {
    let since = "2026-11-01 00:00:00";
    check_recorded(
        "search_datemod_morethan_206",
        &tickets()
            .and(Filter::new(19, SearchType::MoreThan, since))
            .sorted_by(19, Order::Ascending)
            .limited_to(0, 3)
            .showing([2, 19, 12]),
    );
    check_recorded(
        "search_nested_groups",
        &open().group(Link::And, Group::of(equals(3, "5")).or(equals(3, "6"))).limited_to(0, 3).showing([2, 3, 12]),
    );
    check_recorded(
        "search_multi_sort",
        &tickets().sorted_by(19, Order::Descending).sorted_by(2, Order::Ascending).limited_to(0, 2).showing([2]),
    );
    check_recorded("search_multi_value_column", &tickets().and(equals(2, "5")).showing([5, 8, 66]));
    check_recorded(
        "search_columns_mixed_types",
        &tickets()
            .and(equals(12, "all"))
            .sorted_by(2, Order::Ascending)
            .limited_to(0, 3)
            .showing([4, 5, 8, 66, 7, 14, 18, 155, 30, 37, 82, 159, 17, 16, 150, 152, 153, 154, 45, 64]),
    );
    check_recorded(
        "search_empty_200",
        &tickets().and(Filter::new(1, SearchType::Contains, "no such title")).showing([2]),
    );
}

fn equals(field: u32, value: &str) -> Filter {
    Filter::new(field, SearchType::Equals, value)
}

fn open() -> CriteriaSpec {
    tickets().and(equals(12, "notold"))
}

#[test]
fn the_templates_for_tickets_stand_before_the_recorded_options() {
    let since = zone::parse("2026-11-01 00:00:00").unwrap();
    let changed = checked(&changed_tickets(since).limited_to(0, 100));
    assert_eq!(
        changed.query(),
        "criteria%5B0%5D%5Bfield%5D=19&criteria%5B0%5D%5Bsearchtype%5D=morethan\
         &criteria%5B0%5D%5Bvalue%5D=%3D2026-11-01+00%3A00%3A00\
         &sort%5B0%5D=19&sort%5B1%5D=2&order%5B0%5D=ASC&order%5B1%5D=ASC&range=0-99\
         &forcedisplay%5B0%5D=2&forcedisplay%5B1%5D=19&forcedisplay%5B2%5D=12&is_deleted=0"
    );
    assert_eq!(
        changed.json(),
        r#"{"criteria":[{"field":19,"searchtype":"morethan","value":"=2026-11-01 00:00:00"}],"forcedisplay":[2,19,12],"is_deleted":0,"itemtype":"Ticket","order":["ASC","ASC"],"range":"0-99","sort":[19,2]}"#
    );
    assert_eq!(
        checked(&open_tickets().with_tsl()).json(),
        r#"{"criteria":[{"field":12,"searchtype":"equals","value":"notold"},{"criteria":[{"field":30,"searchtype":"notequals","value":"0"},{"field":37,"link":"OR","searchtype":"notequals","value":"0"}],"link":"AND"}],"forcedisplay":[2,12],"is_deleted":0,"itemtype":"Ticket","order":["ASC"],"sort":[2]}"#
    );
    assert!(checked(&one_ticket(202)).json().contains(r#""value":"202""#));
    assert!(checked(&open_tickets().in_trash()).query().ends_with("is_deleted=1"));
}

/// Options of another item type, shaped as the server lists them.
fn listed(itemtype: &str, table: &str, columns: &[(u32, &str)]) -> SearchOptions {
    let entries = columns.iter().map(|(id, field)| {
        let kinds = ["equals", "contains"];
        let entry = json!({ "table": table, "field": field, "nosearch": false, "available_searchtypes": kinds });
        (id.to_string(), entry)
    });
    SearchOptions::parse(itemtype, &entries.collect::<serde_json::Map<_, _>>().into())
}

#[test]
fn the_other_templates_find_their_columns_by_name() {
    let listed_users = listed("User", "glpi_users", &[(1, "name"), (2, "id"), (8, "is_active"), (99, "name")]);
    let users = users(&listed_users).unwrap();
    assert_eq!(
        users.check(&listed_users).unwrap().json(),
        r#"{"criteria":[{"field":8,"searchtype":"equals","value":"1"}],"forcedisplay":[2,1],"is_deleted":0,"itemtype":"User","order":["ASC"],"sort":[2]}"#
    );
    for (itemtype, table) in [("Group", "glpi_groups"), ("Location", "glpi_locations")] {
        let listed = listed(itemtype, table, &[(1, "completename"), (2, "id")]);
        let spec = if itemtype == "Group" { groups(&listed) } else { locations(&listed) }.unwrap();
        assert_eq!(spec.check(&listed).unwrap().pairs().last().unwrap().1, "0", "{itemtype}");
    }
    assert!(matches!(groups(&listed_users), Err(Error::NoOptionForColumn { .. })));
}

#[test]
fn what_glpi_would_ignore_or_misread_is_refused() {
    let refused = |spec: &CriteriaSpec| spec.check(&options()).unwrap_err();
    let field = OptionId;
    assert_eq!(
        refused(&tickets().and(equals(9999, "1"))),
        Error::UnknownField { itemtype: "Ticket".into(), field: field(9999) }
    );
    assert_eq!(
        refused(&tickets().and(Filter::new(19, SearchType::MoreThan, "garbage"))),
        Error::UnparsableDate { field: field(19), value: "garbage".into() }
    );
    assert_eq!(
        refused(&tickets().and(Filter::new(12, SearchType::Contains, "1"))),
        Error::SearchTypeNotAllowed { field: field(12), searchtype: "contains" }
    );
    let task_duration = Filter::new(45, SearchType::Contains, "1");
    assert_eq!(refused(&tickets().and(task_duration)), Error::NotSearchable { field: field(45) });
    assert_eq!(refused(&tickets().and(equals(2, " "))), Error::NoValue { field: field(2) });
    assert!(matches!(refused(&tickets().sorted_by(9999, Order::Ascending)), Error::UnknownField { .. }));
    assert!(matches!(refused(&tickets().showing([9999])), Error::UnknownField { .. }));
    assert_eq!(refused(&tickets().filter(Link::AndNot, equals(2, "1"))), Error::FirstIsNegated);
    assert_eq!(refused(&open().group(Link::And, Group::default())), Error::EmptyGroup);
    assert_eq!(refused(&tickets().limited_to(0, 0)), Error::NoRows);
    let nested = (0..20).fold(Group::of(equals(2, "1")), |inner, _| Group::default().group(Link::And, inner));
    assert_eq!(refused(&tickets().group(Link::And, nested)), Error::TooComplex);
    assert!(matches!(refused(&CriteriaSpec::of("User")), Error::OtherItemtype { .. }));
    // A deeper filter is checked like any other, although GLPI itself stops at the first group.
    let bad_date = Group::of(Filter::new(15, SearchType::LessThan, "yesterday"));
    let groups = open().group(Link::And, Group::of(equals(3, "5"))).group(Link::Or, bad_date);
    assert!(matches!(refused(&groups), Error::UnparsableDate { .. }));
}

#[test]
fn groups_come_last_in_whichever_order_they_are_said() {
    let group = Group::of(equals(3, "5"));
    let early = tickets().group(Link::And, group.clone()).and(equals(12, "notold"));
    assert_eq!(early, open().group(Link::And, group));
    assert_eq!(CriteriaSpec::from_json(&early.json()), Ok(early));
}

#[test]
fn a_written_specification_is_read_strictly() {
    for text in [
        "",
        "[]",
        r#"{"itemtype":"Ticket","sort":[1],"order":[]}"#,
        r#"{"itemtype":"Ticket","range":"5-2"}"#,
        r#"{"itemtype":"Ticket","criteria":[{"field":1,"searchtype":"like","value":"x"}]}"#,
        r#"{"itemtype":"Ticket","criteria":[{"link":"AND","criteria":[]},{"field":1,"searchtype":"equals","value":"x"}]}"#,
    ] {
        assert!(matches!(CriteriaSpec::from_json(text), Err(Error::Unreadable { .. })), "{text}");
    }
}

fn any_filter() -> impl Strategy<Value = (Link, Filter)> {
    let link = select(Link::ALL.to_vec());
    let searchtype = select(SearchType::ALL.to_vec());
    (link, 0_u32..5000, searchtype, "[a-zé0-9&=\\[\\]\" ]{1,12}")
        .prop_map(|(link, field, searchtype, value)| (link, Filter::new(field, searchtype, value)))
}

/// A group whose first part is joined by AND, as every readable one is.
fn any_group() -> impl Strategy<Value = Group> {
    let filters = (any_filter(), vec(any_filter(), 0..4));
    let leaf = filters.prop_map(|((_, first), rest)| {
        rest.into_iter().fold(Group::of(first), |group, (link, filter)| group.filter(link, filter))
    });
    leaf.prop_recursive(4, 24, 3, |inner| {
        let inner = vec((select(Link::ALL.to_vec()), inner), 1..3);
        (any_filter(), inner).prop_map(|((_, first), groups)| {
            groups.into_iter().fold(Group::of(first), |group, (link, inner)| group.group(link, inner))
        })
    })
}

/// Reads a group back from GLPI's query.
fn read_back(pairs: &[(String, String)], name: &str) -> Group {
    let value = |key: &str| pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str());
    let mut group = Group::default();
    for at in 0.. {
        let key = format!("{name}[{at}]");
        let written = value(&format!("{key}[link]"));
        let link = Link::ALL.into_iter().find(|link| Some(link.name()) == written).unwrap_or(Link::And);
        if let Some(field) = value(&format!("{key}[field]")) {
            let searchtype = SearchType::named(value(&format!("{key}[searchtype]")).unwrap()).unwrap();
            let text = value(&format!("{key}[value]")).unwrap();
            group = group.filter(link, Filter::new(field.parse().unwrap(), searchtype, text));
        } else if pairs.iter().any(|(found, _)| found.starts_with(&format!("{key}[criteria]"))) {
            group = group.group(link, read_back(pairs, &format!("{key}[criteria]")));
        } else {
            return group;
        }
    }
    group
}

proptest! {
    #[test]
    fn canonical_text_comes_back_as_the_same_search(root in any_group(), rows in 1_u32..9999, is_trash: bool) {
        let mut spec = CriteriaSpec { root, ..tickets() }.sorted_by(19, Order::Descending).limited_to(7, rows).showing([2]);
        spec.is_trash = is_trash;
        let read = CriteriaSpec::from_json(&spec.json()).unwrap();
        prop_assert_eq!(read.json(), spec.json());
        prop_assert_eq!(read, spec);
    }

    #[test]
    fn nesting_survives_the_query_and_its_escaping(root in any_group()) {
        let criteria = Criteria::unchecked(CriteriaSpec { root: root.clone(), ..tickets() });
        let query = criteria.query();
        prop_assert!(query.is_ascii() && !query.contains(['[', ' ', '"']));
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs.clone(), criteria.pairs());
        prop_assert_eq!(read_back(&pairs, "criteria"), root);
    }
}
