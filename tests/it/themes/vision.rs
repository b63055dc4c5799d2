//! Contrast and colour differences.

/// A colour in sRGB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rgb(pub(super) [u8; 3]);

impl Rgb {
    pub(super) fn new(hex: u32) -> Self {
        let [_, rgb @ ..] = hex.to_be_bytes();
        Self(rgb)
    }

    /// Linear red, green and blue, from 0 to 1 (IEC 61966-2-1).
    fn linear(self) -> [f64; 3] {
        self.0.map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The relative luminance of WCAG 2.2: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(self) -> f64 {
        dot([0.2126, 0.7152, 0.0722], self.linear())
    }
}

/// The contrast ratio of WCAG 2.2: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
pub(super) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (a.luminance() + 0.05, b.luminance() + 0.05);
    a.max(b) / a.min(b)
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Vision {
    Normal,
    Protanopia,
    Deuteranopia,
}

impl Vision {
    pub(super) const ALL: [Self; 3] = [Self::Normal, Self::Protanopia, Self::Deuteranopia];

    /// The matrix that turns linear colours into what someone with this vision sees, with severity 1.0. Machado,
    /// Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009,
    /// <https://doi.org/10.1109/TVCG.2009.113>.
    fn matrix(self) -> [[f64; 3]; 3] {
        match self {
            Self::Normal => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Self::Protanopia => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Self::Deuteranopia => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        }
    }
}

/// The distance of two colours in Oklab, as someone with this vision sees them. Colours at a distance of 0.02 can just be
/// told apart. Oklab: <https://bottosson.github.io/posts/oklab/>.
pub(super) fn difference(a: Rgb, b: Rgb, vision: Vision) -> f64 {
    let seen = |color: Rgb| {
        let linear = multiply(vision.matrix(), color.linear());
        oklab(linear.map(|value| value.clamp(0.0, 1.0)))
    };
    let (a, b) = (seen(a), seen(b));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn oklab(linear: [f64; 3]) -> [f64; 3] {
    const TO_CONES: [[f64; 3]; 3] = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    const TO_LAB: [[f64; 3]; 3] = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    multiply(TO_LAB, multiply(TO_CONES, linear).map(f64::cbrt))
}

fn multiply(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| dot(row, vector))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn the_formulas_have_known_results() {
    let contrast = |a, b| (contrast(Rgb::new(a), Rgb::new(b)) * 100.0).round();
    assert_eq!(contrast(0x00_0000, 0xff_ffff), 2100.0);
    assert_eq!(contrast(0x76_7676, 0xff_ffff), 454.0);
    assert_eq!(contrast(0xff_0000, 0xff_ffff), 400.0);
    let [lightness, a, b] = oklab(Rgb::new(0xff_0000).linear()).map(|it| (it * 1000.0).round());
    assert_eq!([lightness, a, b], [628.0, 225.0, 126.0]);
    let seen = |vision| difference(Rgb::new(0xff_0000), Rgb::new(0x00_8000), vision);
    assert!(seen(Vision::Normal) > 0.3 && seen(Vision::Protanopia) < 0.25);
}
