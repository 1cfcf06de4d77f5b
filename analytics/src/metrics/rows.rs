//! Rows: the sets of tickets that metrics count.

use datafusion::prelude::{Expr, col, lit};

use crate::plans::{Moment, instant};

/// A set of tickets. A window of `None` is all of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Open now.
    Open,
    /// Opened in the window.
    OpenedIn,
    /// Solved last in the window, and not open again.
    SolvedIn,
    /// Closed in the window, and not open again.
    ClosedIn,
    /// Open now, or opened, solved or closed in the window.
    OpenOrTouchedIn,
    /// One of the four clocks is up in the window.
    DueIn,
    /// GLPI says that somebody took it over in the window.
    TakenIn,
    /// Somebody, a person or a group, was assigned for the first time in the window.
    AssignedIn,
    /// Solved for the first time in the window, whatever became of it.
    FirstSolvedIn,
    /// Its last survey was sent in the window.
    SurveyedIn,
    /// Its last survey was answered in the window.
    AnsweredIn,
}

impl Rows {
    /// The time that decides which window a ticket is in; none where it is not one alone.
    pub(crate) const fn time(self) -> Option<&'static str> {
        match self {
            Self::OpenedIn => Some("opened_at"),
            Self::SolvedIn => Some("solved_at"),
            Self::ClosedIn => Some("closed_at"),
            Self::TakenIn => Some("taken_at"),
            Self::AssignedIn => Some("first_assigned_at"),
            Self::FirstSolvedIn => Some("first_solved_at"),
            Self::SurveyedIn => Some("survey_sent_at"),
            Self::AnsweredIn => Some("survey_answered_at"),
            Self::Open | Self::OpenOrTouchedIn | Self::DueIn => None,
        }
    }

    /// What a ticket of the set meets, all of it.
    pub(crate) fn predicates(self, moment: &Moment) -> Vec<Expr> {
        let open = || col("is_open").eq(lit(true));
        match self {
            Self::Open => vec![open()],
            Self::OpenedIn
            | Self::SolvedIn
            | Self::ClosedIn
            | Self::TakenIn
            | Self::AssignedIn
            | Self::FirstSolvedIn
            | Self::SurveyedIn
            | Self::AnsweredIn => self.time().map(|time| bounds(time, moment)).unwrap_or_default(),
            Self::OpenOrTouchedIn => {
                let times = ["opened_at", "solved_at", "closed_at"].map(|time| within(time, moment));
                vec![times.into_iter().fold(open(), Expr::or)]
            }
            Self::DueIn => {
                let dues = crate::lateness::CLOCKS.map(|clock| within(crate::lateness::due(clock), moment));
                dues.into_iter().reduce(Expr::or).into_iter().collect()
            }
        }
    }
}

/// The column is within the window.
pub(crate) fn within(time: &str, moment: &Moment) -> Expr {
    bounds(time, moment).into_iter().reduce(Expr::and).unwrap_or(lit(true))
}

/// The window's two ends as separate predicates.
pub(crate) fn bounds(time: &str, moment: &Moment) -> Vec<Expr> {
    match moment.window {
        Some(window) => vec![col(time).gt_eq(instant(window.from)), col(time).lt(instant(window.to))],
        None => vec![col(time).is_not_null()],
    }
}
