//! Whether questions are planned rightly by the rules that are kept.

#![allow(clippy::unwrap_used, reason = "tests")]

use datafusion::{
    arrow::util::pretty::pretty_format_batches,
    functions_aggregate::expr_fn::{count, count_distinct, max},
    functions_window::expr_fn::row_number,
    logical_expr::{ExprFunctionExt, in_subquery, out_ref_col, scalar_subquery},
    prelude::{DataFrame, Expr, JoinType, SessionContext, col, lit},
};
use schemas::tables::Table;

use super::*;
use crate::desk::desk;

#[test]
fn every_rule_that_is_left_out_is_one_of_the_engine() {
    let (logical, physical) = (Optimizer::new().rules, PhysicalOptimizer::new().rules);
    assert!(LOGICAL_RULES_LEFT_OUT.iter().all(|name| logical.iter().any(|rule| rule.name() == *name)));
    assert!(PHYSICAL_RULES_LEFT_OUT.iter().all(|name| physical.iter().any(|rule| rule.name() == *name)));
}

/// What `plan` makes of the tickets, by the rules of `session`.
async fn answered(
    analytics: &Analytics,
    session: &SessionContext,
    plan: fn(DataFrame) -> datafusion::error::Result<DataFrame>,
) -> String {
    let snapshot = analytics.store.snapshot().await.unwrap();
    let tickets = session.read_table(snapshot.table(Table::Tickets).unwrap()).unwrap();
    let columns = ["ticket_id", "priority", "status", "entity_id", "opened_at"].map(col).to_vec();
    let rows = plan(tickets.select(columns).unwrap()).unwrap().collect().await.unwrap();
    let text = pretty_format_batches(&rows).unwrap().to_string();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// The tickets under other names, to join them with themselves.
fn others(tickets: &DataFrame) -> datafusion::error::Result<DataFrame> {
    tickets.clone().select(vec![col("ticket_id").alias("other"), col("priority").alias("level")])
}

#[tokio::test]
async fn plans_that_no_question_makes_yet_are_answered_as_by_all_rules() {
    let analytics = desk(
        "
        ticket | status | priority | entity | opened
        1      | 1      | 3        | 0      | 2026-03-01
        2      | 4      | 3        | 1      | 2026-03-02
        3      | 5      | 6        | 1      | 2026-03-03
        4      | 2      | 1        | 2      | 2026-03-04
        5      | 1      | 6        | 2      | 2026-03-05",
    );
    let whole = SessionContext::new();
    let plans: [fn(DataFrame) -> datafusion::error::Result<DataFrame>; 12] = [
        |tickets| {
            let (left, right) = (others(&tickets)?, tickets);
            left.join(right, JoinType::Inner, &["level"], &["priority"], Some(col("other").lt(col("ticket_id"))))
        },
        |tickets| others(&tickets)?.join(tickets, JoinType::Left, &["other"], &["status"], None),
        |tickets| others(&tickets)?.join(tickets, JoinType::Full, &["other"], &["status"], None),
        |tickets| others(&tickets)?.join(tickets, JoinType::LeftAnti, &["other"], &["status"], None),
        |tickets| {
            let both = others(&tickets)?.join(tickets, JoinType::Inner, &[], &[], None)?;
            both.filter(col("other").eq(col("ticket_id")).and(col("level").gt(lit(1_u8))))
        },
        |tickets| {
            let urgent = others(&tickets)?.filter(col("level").eq(lit(6_u8)))?.select_columns(&["other"])?;
            tickets.filter(in_subquery(col("ticket_id"), Arc::new(urgent.into_unoptimized_plan())))
        },
        |tickets| {
            let same = col("level").eq(out_ref_col(arrow::datatypes::DataType::UInt8, "priority"));
            let last = others(&tickets)?.filter(same)?.aggregate(vec![], vec![max(col("other")).alias("last")])?;
            tickets.filter(col("ticket_id").eq(scalar_subquery(Arc::new(last.into_unoptimized_plan()))))
        },
        |tickets| {
            let newest = vec![max(col("other")).alias("newest")];
            let newest = others(&tickets)?.aggregate(vec![], newest)?.into_unoptimized_plan();
            tickets.filter(col("ticket_id").lt(scalar_subquery(Arc::new(newest))).and(col("status").eq(lit(1_u8))))
        },
        |tickets| tickets.select_columns(&["priority"])?.distinct(),
        |tickets| {
            let counted = vec![count(lit(1_i64)).alias("n"), count_distinct(col("status")).alias("d")];
            tickets.aggregate(vec![col("priority"), lit(1_i64).alias("one")], counted)
        },
        |tickets| {
            let place = row_number().partition_by(vec![col("priority")]);
            let place: Expr = place.order_by(vec![col("opened_at").sort(false, false)]).build()?;
            tickets.with_column("place", place)?.filter(col("place").lt_eq(lit(1_u64)))
        },
        |tickets| {
            let first = tickets.clone().filter(col("status").eq(lit(1_u8)))?;
            let both = first.union(tickets)?.sort(vec![col("opened_at").sort(false, false)])?;
            both.limit(1, Some(4))?.aggregate(vec![], vec![count_distinct(col("ticket_id")).alias("n")])
        },
    ];
    for (at, plan) in plans.into_iter().enumerate() {
        let expected = answered(&analytics, &whole, plan).await;
        assert_eq!(answered(&analytics, &analytics.session, plan).await, expected, "plan {at}");
    }
}
