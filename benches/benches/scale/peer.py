"""The questions in DuckDB, over a snapshot: tickets in memory, events in their Parquet file, as Farol keeps them.

Arguments: folder of the snapshot, now in microseconds, a ticket, how often, threads. Prints JSON: question -> counted, first_ms, ms.
"""

import json
import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

import duckdb

folder, now_us, ticket, repeats, threads = sys.argv[1], *map(int, sys.argv[2:6])
now = datetime.fromtimestamp(now_us / 1e6, timezone.utc)
db = duckdb.connect()
db.execute(f"set threads = {threads}")
db.execute("set timezone = 'UTC'")
files = f"read_parquet('{folder}/tickets/*.parquet')"
columns = [(name, kind) for name, kind, *_ in db.execute(f"describe select * from {files}").fetchall()]
# Times without a zone: Python would need another library to read the others.
times = ", ".join(f"{name}::timestamp as {name}" for name, kind in columns if kind == "TIMESTAMP WITH TIME ZONE")
db.execute(f"create table tickets as select * replace ({times}) from {files}")
events = f"read_parquet('{folder}/ticket_events/*.parquet')"

CLOCKS = [("due_tto_at", "target_tto_s"), ("due_ttr_at", "target_ttr_s"),
          ("internal_due_tto_at", "target_internal_tto_s"), ("internal_due_ttr_at", "target_internal_ttr_s")]
SUMMARY = ("ticket_id, title, status, priority, kind, entity_id, category_id, technician_id, group_id, opened_at, "
           "modified_at, solved_at, closed_at, due_tto_at, due_ttr_at")


def at(time):
    return f"timestamp '{time.replace(tzinfo=None).isoformat(sep=' ')}'"


def start(window):
    if window == "12m":
        return now.replace(year=now.year - 1)
    return now - timedelta(days=int(window[:-1]))


def within(column, window):
    return f"({column} >= {at(start(window))} and {column} < {at(now)})"


def wall(due):
    return f"(epoch_us({due}) - epoch_us(opened_at)) // 1000000"


def late(due):
    if "tto" in due:
        reason = (f"taken_at > {due} or (taken_at is null and take_delay_s > {wall(due)}) "
                  f"or (take_delay_s = 0 and {due} < {at(now)})")
    else:
        reason = f"solved_at > {due} or (solved_at is null and {due} < {at(now)})"
    return f"({due} is not null and status <> 4 and ({reason}))"


def over(due):
    if "tto" in due:
        return (f"case when taken_at > {due} then (epoch_us(taken_at) - epoch_us({due})) // 1000000 "
                f"when taken_at is null and take_delay_s > {wall(due)} then take_delay_s - {wall(due)} "
                f"else ({now_us} - epoch_us({due})) // 1000000 end")
    return f"(epoch_us(coalesce(solved_at, {at(now)})) - epoch_us({due})) // 1000000"


OVERDUE = "(is_open and (" + " or ".join(late(due) for due, _ in CLOCKS) + "))"
PENDING = "(is_open and status = 4)"
UNASSIGNED = "(is_open and len(technician_ids) = 0 and len(group_ids) = 0)"


def band(low, high):
    gone, span = f"({now_us} - epoch_us(opened_at)) * 100", "(epoch_us(due_ttr_at) - epoch_us(opened_at))"
    return f"(is_open and status <> 4 and {span} > 0 and {gone} >= {span} * {low} and {gone} < {span} * {high})"


def count(*conditions):
    return ", ".join(f"count(*) filter (where {condition})" for condition in conditions)


def page(rows, order):
    return f"select {SUMMARY} from tickets where is_counted and {rows} order by {order}, ticket_id limit 51"


def left_out(rows):
    return f"select presence, count(*) from tickets where not is_counted and {rows} group by all"


def ages(column):
    edges = [0, 1, 3, 7, 14, 30, 60, 90, None]
    bands = []
    for low, high in zip(edges, edges[1:]):
        old = f"{column} <= {at(now - timedelta(days=low))}" if low else "true"
        young = f"{column} > {at(now - timedelta(days=high))}" if high else "true"
        bands.append(f"(is_open and {old} and {young})")
    return bands


def overview(window, chosen="true"):
    rows = f"({chosen} and (is_open or {within('opened_at', window)} or {within('solved_at', window)} " \
           f"or {within('closed_at', window)}))"
    numbers = count("is_open", OVERDUE, band(50, 75), band(75, 90), band(90, 95), band(95, 100), UNASSIGNED, PENDING,
                    within("opened_at", window), within("solved_at", window), within("closed_at", window))
    return [f"select status, priority, count(*) from tickets where is_counted and {rows} group by all",
            f"select {numbers} from tickets where is_counted and {rows}",
            left_out(rows), page(rows, "opened_at desc")], lambda answers: sum(row[2] for row in answers[0])


def backlog(by):
    all_ages = ages("opened_at") + ages("modified_at")
    whole = f"select {count('is_open', PENDING, UNASSIGNED, OVERDUE, *all_ages)} from tickets where is_counted and is_open"
    queries = [whole, left_out("is_open"), page("is_open", "opened_at")]
    if by:
        keys = [f"unnest(case when len({key}_ids) = 0 then [null] else {key}_ids end) as {key}"
                if key in ("group", "technician") else key for key in by]
        keys = [key.replace("as group", "as grp") for key in keys]
        names = ", ".join("grp" if key == "group" else key for key in by)
        queries.append(f"select {names}, {count('is_open', OVERDUE, *all_ages)} from (select {', '.join(keys)}, "
                       f"* exclude (priority), priority from tickets where is_counted and is_open) group by {names}"
                       .replace("* exclude (priority), priority", "* exclude (priority)"))
    return queries, lambda answers: answers[0][0][0]


def ranking(window, subject):
    column = {"technician": "technician_ids", "team": "group_ids"}[subject]
    solved = within("solved_at", window)
    subjects = f"select unnest(case when len({column}) = 0 then [null] else {column} end) as subject, * from tickets"
    due = "due_ttr_at is not null"
    return [f"select count(*) from tickets where is_counted and {solved}",
            f"select subject, count(*), {count('solved_at <= due_ttr_at', 'solved_at > due_ttr_at')} "
            f"from ({subjects} where is_counted and {solved}) group by subject",
            f"select subject, {count('is_open', OVERDUE)} from ({subjects} where is_counted and is_open) group by subject",
            left_out(solved)], lambda answers: answers[0][0][0]


def productivity(window):
    solved = within("solved_at", window)
    hour = "extract(hour from timezone('America/Sao_Paulo', timezone('UTC', solved_at))) as hour"
    people = "unnest(case when len(technician_ids) = 0 then [null] else technician_ids end) as person"
    return [f"select {hour}, count(*) from tickets where is_counted and {solved} group by hour",
            f"select hour, person, count(*) from (select {hour}, {people} from tickets where is_counted and {solved}) "
            f"group by all", left_out(solved)], lambda answers: sum(row[1] for row in answers[0])


def breaches(window):
    parts = []
    for number, (due, target) in enumerate(CLOCKS):
        is_running = "is_open and taken_at is null and take_delay_s = 0" if "tto" in due else "is_open and solved_at is null"
        parts.append(f"select {SUMMARY}, {number} as clock, {due} as breached_at, {over(due)} as over_by_s, "
                     f"{target} as target_s, {is_running} as is_running from tickets "
                     f"where is_counted and {within(due, window)} and {late(due)}")
    severity = ("case when priority = 6 then 3 when target_s is null or target_s <= 0 then 0 "
                "when over_by_s * 100 < target_s * 25 then 1 when over_by_s * 100 < target_s * 100 then 2 else 3 end")
    found = f"(select *, {severity} as severity from ({' union all '.join(parts)}))"
    dues = "(" + " or ".join(within(due, window) for due, _ in CLOCKS) + ")"
    return [f"select clock, severity, is_running, count(*) from {found} group by all",
            f"select count(distinct ticket_id) from {found}", left_out(dues),
            f"select * from {found} order by breached_at desc, ticket_id, clock limit 51"
            ], lambda answers: sum(row[3] for row in answers[0])


def timeline():
    return [f"select * from tickets where ticket_id = {ticket}",
            f"select * replace (epoch_us(occurred_at) as occurred_at, epoch_us(observed_at) as observed_at) "
            f"from {events} where ticket_id = {ticket} order by occurred_at, sequence, log_offset"
            ], lambda answers: len(answers[1])


QUESTIONS = {
    "GetTicketsOverview 30d": overview("30d"),
    "GetTicketsOverview 12m": overview("12m"),
    "GetTicketsOverview 30d, priority 5 and 6": overview("30d", "priority in (5, 6)"),
    "GetTicketsBacklog": backlog([]),
    "GetTicketsBacklog by group and priority": backlog(["group", "priority"]),
    "GetTechnicianRanking 30d, handled by technician": ranking("30d", "technician"),
    "GetTechnicianRanking 12m, sla by team": ranking("12m", "team"),
    "GetTechnicianProductivity 90d": productivity("90d"),
    "GetSlaBreaches 30d": breaches("30d"),
    "GetSlaBreaches 12m": breaches("12m"),
    "GetTicketTimeline": timeline(),
}


def asked(queries):
    begin = time.perf_counter()
    answers = [db.execute(query).fetchall() for query in queries]
    return answers, (time.perf_counter() - begin) * 1e3


told = {}
for name, (queries, counted) in QUESTIONS.items():
    answers, first = asked(queries)
    again = [asked(queries)[1] for _ in range(repeats)]
    told[name] = {"counted": counted(answers), "first_ms": first, "ms": statistics.median(again or [first])}
print(json.dumps(told))
