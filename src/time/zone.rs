//! Time zones: from a zone's id and a local time to UTC and back, from 2020 on, daylight saving included.
//!
//! Knows the zones Salesforce lets a user choose, by their IANA ids old and new. `tests/it/zones.rs` makes the table from
//! the IANA database, and holds it against an independent implementation: every transition of every zone from 2020 to
//! 2036. What comes later follows the rules that are known now.

/// A line has rules, a tab and the names of the zones they hold for: `standard[,daylight,begin,end][;before{,minutes,
/// offset}]`. Offsets are in quarters of an hour ahead of UTC; a day of the year is `month.week.weekday.time`, the time
/// in quarters of an hour too; `before` is the offset at the start of 2020, and each transition is so many minutes after
/// the last or the start. To add a zone, add its name to any line and run the tests.
const TABLE: &str = include_str!("zones.txt");

/// The start of 2020 in seconds since the epoch: the table counts from there.
const START: i64 = 1_577_836_800;
const QUARTER: i64 = 15 * 60;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// A time zone.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    /// What holds before the first transition, if there is one.
    before: i64,
    /// When another offset began, and which.
    transitions: Vec<(i64, i64)>,
    /// What holds after the last transition.
    rule: Rule,
}

/// What holds every year. Offsets are seconds ahead of UTC.
#[derive(Debug, Clone)]
struct Rule {
    standard: i64,
    daylight: Option<Daylight>,
}

/// When daylight saving begins and ends, each by the clock of the moment before.
#[derive(Debug, Clone)]
struct Daylight {
    offset: i64,
    begin: YearDay,
    end: YearDay,
}

/// The *n*-th weekday of a month, the fifth being the last, and seconds from its midnight.
#[derive(Debug, Clone)]
struct YearDay {
    month: i64,
    week: i64,
    weekday: i64,
    time: i64,
}

/// What a local time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// One moment.
    Once(i64),
    /// No moment: clocks are put forward over it, from the first to the second of these local times.
    Never(i64, i64),
    /// Two moments: clocks are put back over it.
    Twice(i64, i64),
}

impl Zone {
    /// The zone of an IANA id as in `User.TimeZoneSidKey`; none if it is not in the table.
    pub fn of(id: &str) -> Option<Self> {
        let rules = TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
            let (rules, names) = line.split_once('\t')?;
            names.split(' ').any(|area| is_in(area, id)).then_some(rules)
        })?;
        let (rule, transitions) = rules.split_once(';').map_or((rules, None), |(rule, rest)| (rule, Some(rest)));
        let mut zone = Self { name: id.to_owned(), before: 0, transitions: Vec::new(), rule: Rule::read(rule)? };
        let mut numbers =
            transitions.into_iter().flat_map(|text| text.split(',')).map_while(|text| text.parse::<i64>().ok());
        zone.before = numbers.next().unwrap_or_default() * QUARTER;
        let mut at = START;
        while let (Some(minutes), Some(offset)) = (numbers.next(), numbers.next()) {
            at += minutes * 60;
            zone.transitions.push((at, offset * QUARTER));
        }
        Some(zone)
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), before: 0, transitions: Vec::new(), rule: Rule { standard: 0, daylight: None } }
    }

    /// Its id.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds ahead of UTC at a moment, in seconds since the epoch.
    pub fn offset(&self, moment: i64) -> i64 {
        match self.transitions.iter().rposition(|(at, _)| *at <= moment) {
            None if !self.transitions.is_empty() => self.before,
            Some(last) if last + 1 < self.transitions.len() => self.transitions[last].1,
            _ => self.rule.offset(moment),
        }
    }

    /// The local time of a moment, as if it were UTC.
    pub fn local(&self, moment: i64) -> i64 {
        moment + self.offset(moment)
    }

    /// The moment of a local time.
    pub fn moment(&self, local: i64) -> Meaning {
        // No two transitions are less than two days apart.
        let (before, after) = (self.offset(local - DAY), self.offset(local + DAY));
        let fits = |offset: i64| self.offset(local - offset) == offset;
        match (fits(before), fits(after)) {
            (true, true) if before != after => Meaning::Twice(local - before, local - after),
            (true, _) => Meaning::Once(local - before),
            (false, true) => Meaning::Once(local - after),
            (false, false) => {
                let at = self.transition(local - DAY - before, local + DAY - after);
                Meaning::Never(at + before, at + after)
            }
        }
    }

    /// The first moment of a local time that may not exist or exist twice: what a day begins with.
    pub fn earliest(&self, local: i64) -> i64 {
        match self.moment(local) {
            Meaning::Once(moment) | Meaning::Twice(moment, _) => moment,
            Meaning::Never(_, to) => to - self.offset(to),
        }
    }

    /// The one transition between two moments.
    fn transition(&self, mut before: i64, mut after: i64) -> i64 {
        let old = self.offset(before);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.offset(middle) == old { before = middle } else { after = middle }
        }
        after
    }
}

/// Whether `Europe/Berlin,Paris` lists a zone. Without an area, a name stands for itself.
fn is_in(area: &str, id: &str) -> bool {
    let (area, names) = area.rsplit_once('/').unwrap_or(("", area));
    let (place, name) = id.rsplit_once('/').unwrap_or(("", id));
    place.eq_ignore_ascii_case(area) && names.split(',').any(|known| known.eq_ignore_ascii_case(name))
}

impl Rule {
    /// Reads `standard` or `standard,daylight,begin,end`, a day of the year being `month.week.weekday.time`; offsets and
    /// times in quarters of an hour.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let standard = parts.next()?.parse::<i64>().ok()? * QUARTER;
        let daylight = match parts.next() {
            None => None,
            Some(offset) => Some(Daylight {
                offset: offset.parse::<i64>().ok()? * QUARTER,
                begin: YearDay::read(parts.next()?)?,
                end: YearDay::read(parts.next()?)?,
            }),
        };
        Some(Self { standard, daylight })
    }

    fn offset(&self, moment: i64) -> i64 {
        let Some(daylight) = &self.daylight else { return self.standard };
        // Nowhere do clocks change at the turn of the year, so the zone's own year can be taken by standard time.
        let (year, ..) = civil((moment + self.standard).div_euclid(DAY));
        let begin = daylight.begin.local(year) - self.standard;
        let end = daylight.end.local(year) - daylight.offset;
        // In the south, summer is at both ends of the year.
        let is_daylight = if begin < end { (begin..end).contains(&moment) } else { !(end..begin).contains(&moment) };
        if is_daylight { daylight.offset } else { self.standard }
    }
}

impl YearDay {
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map_while(|number| number.parse::<i64>().ok());
        let mut number = || numbers.next();
        Some(Self { month: number()?, week: number()?, weekday: number()?, time: number()? * QUARTER })
    }

    /// The local time in a year.
    fn local(&self, year: i64) -> i64 {
        let first = days(year, self.month, 1);
        let next = if self.month == 12 { days(year + 1, 1, 1) } else { days(year, self.month + 1, 1) };
        let mut day = first + (self.weekday - weekday(first)).rem_euclid(7) + (self.week - 1) * 7;
        if day >= next {
            day -= 7;
        }
        day * DAY + self.time
    }
}

// ---- the calendar ----

/// Days from the epoch to a day of the calendar: Howard Hinnant's `days_from_civil`.
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of so many days from the epoch: the inverse.
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The weekday of so many days from the epoch, Sunday being 0.
fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// `2026-05-12`
pub fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-05-12T15:00:00`, to which a zone belongs.
pub fn date_time(local: i64) -> String {
    let time = local.rem_euclid(DAY);
    format!("{}T{:02}:{:02}:{:02}", date(local.div_euclid(DAY)), time / HOUR, time / 60 % 60, time % 60)
}

/// `Tue 2026-05-12`
pub fn shown_day(days: i64) -> String {
    const NAMES: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    // A remainder of seven.
    let name = NAMES.get(weekday(days) as usize).copied().unwrap_or_default();
    format!("{name} {}", date(days))
}

/// `Tue 2026-05-12 15:00`
pub fn shown(local: i64) -> String {
    let time = local.rem_euclid(DAY);
    format!("{} {:02}:{:02}", shown_day(local.div_euclid(DAY)), time / HOUR, time / 60 % 60)
}

/// `+02:00`
pub fn shown_offset(offset: i64) -> String {
    let minutes = offset.abs() / 60;
    format!("{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}
