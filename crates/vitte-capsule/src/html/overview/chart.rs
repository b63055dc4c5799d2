//! The bar chart of crashes over time, and the small charts of the groups.
//!
//! ```text
//! Crashes per day
//! 9 ┌─────────────────────
//!   │          ▂     █
//!   │  ▂ ▅     █ ▅   █ ▂
//!   2025-10-22   2025-11-04
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Span;
use jiff::civil::Date;

use super::super::limits;
use super::totals::crashes;

/// The number of bars, however few or many days have crashes.
const MIN_BARS: usize = 14;
const MAX_BARS: usize = 120;
/// A longer period is chosen for a bar if more than this part of the crashes would be before the first bar.
const MAX_EARLIER: usize = 10;
/// The units of the chart: its height, and the distance and width of its bars.
const HEIGHT: usize = 100;
const STEP: usize = 10;
const WIDTH: usize = 8;
/// The bars of the chart of a group: their number, distance and largest height.
const GROUP_BARS: usize = 12;
const GROUP_STEP: usize = 4;
const GROUP_HEIGHT: usize = 12;

/// The period of a bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Returns the first day of the period that contains a day. Weeks begin on Monday.
    fn start(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let since_monday = day.weekday().to_monday_zero_offset();
                day.checked_sub(Span::new().days(since_monday)).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
            Self::Year => day.first_of_year(),
        }
    }

    /// Returns the first day of the period before the one that begins on `start`, if there is one.
    fn before(self, start: Date) -> Option<Date> {
        Some(self.start(start.yesterday().ok()?))
    }

    /// Returns the label of the period that begins on `start`.
    fn label(self, start: Date) -> String {
        match self {
            Self::Day => start.to_string(),
            Self::Week => format!("week of {start}"),
            Self::Month => start.strftime("%Y-%m").to_string(),
            Self::Year => start.year().to_string(),
        }
    }
}

/// A bar of the chart.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) crashes: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// The chart of all crashes.
pub(super) struct Chart {
    period: Period,
    /// The first days of the periods, the oldest first.
    starts: Vec<Date>,
    counts: Vec<usize>,
    /// The number of crashes before the first bar.
    pub(super) earlier: usize,
    /// The number of crashes whose day is not known.
    pub(super) undated: usize,
}

impl Chart {
    /// Creates the chart of the number of crashes on each day, such as `2025-10-22`.
    pub(super) fn new(days: &BTreeMap<&str, usize>) -> Self {
        let (mut dated, mut undated) = (BTreeMap::new(), 0);
        for (day, crashes) in days {
            match day.parse::<Date>() {
                Ok(day) => *dated.entry(day).or_default() += crashes,
                Err(_) => undated += crashes,
            }
        }
        let total: usize = dated.values().sum();
        let periods = [Period::Day, Period::Week, Period::Month, Period::Year];
        let fits = |period: &Period| {
            let starts = starts(*period, &dated);
            let earlier = dated.iter().filter(|(day, _)| starts.first().is_some_and(|x| *day < x));
            earlier.map(|(_, crashes)| crashes).sum::<usize>() <= total / MAX_EARLIER
        };
        let period = periods.into_iter().find(fits).unwrap_or(Period::Year);
        let starts = starts(period, &dated);
        let counts = vec![0; starts.len()];
        let mut chart = Self { period, starts, counts, earlier: 0, undated };
        for (day, crashes) in &dated {
            match chart.index(*day).and_then(|index| chart.counts.get_mut(index)) {
                Some(count) => *count += crashes,
                None => chart.earlier += crashes,
            }
        }
        chart
    }

    /// Returns the index of the bar with a day, or `None` if the day is before the first bar.
    fn index(&self, day: Date) -> Option<usize> {
        self.starts.partition_point(|start| *start <= day).checked_sub(1)
    }

    pub(super) fn earlier_crashes(&self) -> String {
        crashes(self.earlier)
    }

    pub(super) fn undated_crashes(&self) -> String {
        crashes(self.undated)
    }

    pub(super) fn period(&self) -> &'static str {
        self.period.name()
    }

    /// Returns the largest number of crashes of a bar.
    pub(super) fn max(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or_default()
    }

    /// Returns the width in units.
    pub(super) fn width(&self) -> usize {
        self.starts.len() * STEP
    }

    pub(super) const fn height() -> usize {
        HEIGHT
    }

    pub(super) const fn bar_width() -> usize {
        WIDTH
    }

    /// Returns the labels of the first and of the last bar.
    pub(super) fn ends(&self) -> Option<[String; 2]> {
        let label = |start: &Date| self.period.label(*start);
        Some([label(self.starts.first()?), label(self.starts.last()?)])
    }

    /// Returns the bars of the periods with crashes.
    pub(super) fn bars(&self) -> Vec<Bar> {
        let max = self.max().max(1);
        let counted = self.starts.iter().zip(&self.counts).enumerate();
        let with_crashes = counted.filter(|(_, (_, crashes))| **crashes > 0);
        let bar = |(index, (start, crashes)): (usize, (&Date, &usize))| {
            let height = scaled(*crashes, max, HEIGHT);
            Bar {
                label: self.period.label(*start),
                crashes: *crashes,
                x: index * STEP + (STEP - WIDTH) / 2,
                y: HEIGHT - height,
                height,
            }
        };
        with_crashes.map(bar).collect()
    }

    /// Describes the chart for readers who do not see it.
    pub(super) fn description(&self) -> String {
        let counted = self.starts.iter().zip(&self.counts);
        let Some((start, most)) = counted.max_by_key(|(_, crashes)| **crashes) else {
            return "No crashes.".to_owned();
        };
        let [from, to] = self.ends().unwrap_or_default();
        let most_label = self.period.label(*start);
        format!(
            "Crashes per {}, from {from} to {to}. The maximum is {}: {most_label}.",
            self.period(),
            limits::with_separators(*most)
        )
    }

    /// Returns the path of the small chart of a group: a line for each twelfth of the time, as high as the number of
    /// its crashes compared with the largest one. Empty if no crash of the group is in the chart.
    pub(super) fn path_of_group(&self, days: &BTreeMap<String, usize>) -> String {
        let mut counts = [0_usize; GROUP_BARS];
        for (day, crashes) in days {
            let index = day.parse().ok().and_then(|day| self.index(day));
            let index = index.map(|index| index * GROUP_BARS / self.starts.len().max(1));
            if let Some(count) = index.and_then(|index| counts.get_mut(index)) {
                *count += crashes;
            }
        }
        let max = counts.iter().copied().max().unwrap_or_default().max(1);
        let mut path = String::new();
        for (index, crashes) in counts.iter().enumerate().filter(|(_, crashes)| **crashes > 0) {
            let (x, height) =
                (index * GROUP_STEP + GROUP_STEP / 2, scaled(*crashes, max, GROUP_HEIGHT));
            // Writing to memory cannot fail.
            _ = write!(path, "M{x} {GROUP_HEIGHT}v-{height}");
        }
        path
    }
}

/// Returns the first days of the bars, which end with the period of the last crash.
fn starts(period: Period, days: &BTreeMap<Date, usize>) -> Vec<Date> {
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return Vec::new();
    };
    let last = period.start(*last);
    let all = std::iter::successors(Some(last), |start| period.before(*start));
    let is_needed =
        |(index, start): &(usize, Date)| *index < MIN_BARS || *start >= period.start(*first);
    let mut starts: Vec<Date> =
        all.take(MAX_BARS).enumerate().take_while(is_needed).map(|(_, start)| start).collect();
    starts.reverse();
    starts
}

/// Scales a count to a height; that of one crash is at least 1.
fn scaled(count: usize, max: usize, height: usize) -> usize {
    count.saturating_mul(height).div_ceil(max).min(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(days: &[(&str, usize)]) -> Chart {
        Chart::new(&days.iter().copied().collect())
    }

    #[test]
    fn a_chart_ends_with_the_last_crash() {
        let chart = chart(&[("2025-10-30", 3), ("2025-11-01", 6), ("no date", 2)]);
        assert_eq!((chart.period, chart.starts.len()), (Period::Day, MIN_BARS));
        assert_eq!(chart.ends(), Some(["2025-10-19", "2025-11-01"].map(str::to_owned)));
        assert_eq!((chart.earlier, chart.undated, chart.max()), (0, 2, 6));
        let bars: Vec<_> =
            chart.bars().into_iter().map(|bar| (bar.label, bar.x, bar.y, bar.height)).collect();
        let expected = [("2025-10-30", 111, 50, 50), ("2025-11-01", 131, 0, 100)];
        assert_eq!(bars, expected.map(|(label, x, y, height)| (label.to_owned(), x, y, height)));
        let days = BTreeMap::from([("2025-11-01".to_owned(), 1), ("2024-01-01".to_owned(), 9)]);
        assert_eq!(chart.path_of_group(&days), "M46 12v-12");
        assert!(chart.description().ends_with("The maximum is 6: 2025-11-01."));
    }

    #[test]
    fn long_times_have_longer_periods() {
        let period = |days: &[(&str, usize)]| chart(days).period;
        assert_eq!(period(&[("2025-07-05", 5), ("2025-11-01", 5)]), Period::Day);
        assert_eq!(period(&[("2025-07-04", 5), ("2025-11-01", 5)]), Period::Week);
        assert_eq!(period(&[("2020-01-01", 5), ("2025-11-01", 5)]), Period::Month);
        assert_eq!(period(&[("1970-01-01", 5), ("2025-11-01", 5)]), Period::Year);
        let weeks = chart(&[("2025-07-04", 5), ("2025-11-01", 5)]);
        assert_eq!(weeks.ends().unwrap()[1], "week of 2025-10-27");
    }

    #[test]
    fn a_few_crashes_with_a_wrong_clock_do_not_hide_the_others() {
        let chart = chart(&[("1970-01-01", 1), ("2025-10-20", 5), ("2025-11-01", 5)]);
        assert_eq!((chart.period, chart.earlier), (Period::Day, 1));
        assert_eq!(chart.starts.len(), MAX_BARS);
    }

    #[test]
    fn the_limits_of_the_calendar_are_no_problem() {
        for days in [&[("0000-01-01", 1), ("9999-12-31", 1)][..], &[("0000-01-01", 1)], &[]] {
            let chart = chart(days);
            assert!(chart.starts.len() <= MAX_BARS);
            let total: usize = chart.counts.iter().sum();
            assert_eq!(total + chart.earlier, days.len());
            assert!(!chart.description().is_empty());
        }
    }
}
