//! The table of token shapes.
//!
//! The prefixes, alphabets and lengths are those of the services' own documentation, as the rules of
//! [gitleaks](https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml) and of GitLab's
//! [secret detection](https://docs.gitlab.com/user/application_security/secret_detection/detected_secrets/) collect
//! them. The minimum is shorter than the real length where the prefix alone is unmistakable, because a message may
//! have only the beginning of a token.
//!
//! A table instead of regular expressions: compiling them would take longer than the rest of a report.

/// The bytes of which a token consists after its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alphabet {
    /// `0-9 a-f`
    Hex,
    /// `A-Z 0-9`
    Upper,
    /// `A-Z a-z 0-9`
    Alnum,
    /// [`Self::Alnum`] and `_`
    Word,
    /// Base64 for URLs: [`Self::Word`] and `-`
    Url,
    /// [`Self::Url`], `.`, `=`, `~`
    Dotted,
    /// [`Self::Alnum`] and `+ / = $ . , -`: Base64, and the hashes of passwords
    Base64,
    /// The path of a URL
    Path,
}

impl Alphabet {
    pub(super) const fn has(self, byte: u8) -> bool {
        let is_alnum = byte.is_ascii_alphanumeric();
        match self {
            Self::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Alnum => is_alnum,
            Self::Word => is_alnum || byte == b'_',
            Self::Url => is_alnum || matches!(byte, b'_' | b'-'),
            Self::Dotted => is_alnum || matches!(byte, b'_' | b'-' | b'.' | b'=' | b'~'),
            Self::Base64 => {
                is_alnum || matches!(byte, b'+' | b'/' | b'=' | b'$' | b'.' | b',' | b'-')
            }
            Self::Path => is_alnum || matches!(byte, b'_' | b'-' | b'/' | b'@' | b':'),
        }
    }
}

/// Further conditions of a [`Shape`], as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ShapeFlags(u8);

impl ShapeFlags {
    const NONE: Self = Self(0);
    /// The token is a whole word, because its prefix is short or may occur inside of others.
    pub(super) const WORD: Self = Self(1);
    /// The token has a digit.
    pub(super) const DIGIT: Self = Self(1 << 1);
    /// The prefix is that of a URL, and is not secret.
    pub(super) const URL: Self = Self(1 << 2);
    /// A JSON Web Token.
    pub(super) const JWT: Self = Self(1 << 3);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A rule: a token is its prefix, and then at least `min` bytes of the alphabet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    /// The service.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "names the rule in the table and in its test")
    )]
    pub(super) name: &'static str,
    pub(super) prefix: &'static str,
    pub(super) alphabet: Alphabet,
    /// Minimum number of bytes after the prefix.
    pub(super) min: usize,
    /// Maximum number of bytes after the prefix.
    pub(super) max: Option<usize>,
    flags: ShapeFlags,
}

impl Shape {
    pub(super) const fn has(&self, flags: ShapeFlags) -> bool {
        self.flags.0 & flags.0 != 0
    }
}

const fn row(name: &'static str, prefix: &'static str, alphabet: Alphabet, min: usize) -> Shape {
    Shape { name, prefix, alphabet, min, max: None, flags: ShapeFlags::NONE }
}

/// A row whose token is a whole word.
const fn word(name: &'static str, prefix: &'static str, alphabet: Alphabet, min: usize) -> Shape {
    Shape { name, prefix, alphabet, min, max: None, flags: ShapeFlags::WORD }
}

/// A row whose token is a whole word with a digit.
const fn digits(name: &'static str, prefix: &'static str, alphabet: Alphabet, min: usize) -> Shape {
    let flags = ShapeFlags::WORD.and(ShapeFlags::DIGIT);
    Shape { name, prefix, alphabet, min, max: None, flags }
}

/// A row whose token is a whole word of exactly this length after the prefix.
const fn exact(name: &'static str, prefix: &'static str, alphabet: Alphabet, len: usize) -> Shape {
    Shape { name, prefix, alphabet, min: len, max: Some(len), flags: ShapeFlags::WORD }
}

/// A row of which only what follows the prefix is secret.
const fn url(name: &'static str, prefix: &'static str, alphabet: Alphabet, min: usize) -> Shape {
    Shape { name, prefix, alphabet, min, max: None, flags: ShapeFlags::URL }
}

/// A row whose prefix is inside of the token, so that a word may be before it. The token has a digit.
const fn after(
    name: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    min: usize,
    max: usize,
) -> Shape {
    Shape { name, prefix, alphabet, min, max: Some(max), flags: ShapeFlags::DIGIT }
}

use Alphabet::{Alnum, Base64, Dotted, Hex, Path, Upper, Url, Word};

/// The rules. Of several that match at one offset, the first one counts.
pub(super) static SHAPES: [Shape; 217] = [
    row("GitHub", "ghp_", Alnum, 20),
    row("GitHub", "gho_", Alnum, 20),
    row("GitHub", "ghu_", Alnum, 20),
    row("GitHub", "ghs_", Alnum, 20),
    row("GitHub", "ghr_", Alnum, 20),
    row("GitHub", "github_pat_", Word, 20),
    exact("GitHub", "v1.", Hex, 40),
    row("GitLab", "glpat-", Dotted, 16),
    row("GitLab", "gldt-", Dotted, 16),
    row("GitLab", "glrt-", Dotted, 16),
    row("GitLab", "glrtr-", Dotted, 16),
    row("GitLab", "glcbt-", Dotted, 16),
    row("GitLab", "glptt-", Dotted, 16),
    row("GitLab", "glft-", Dotted, 16),
    row("GitLab", "glimt-", Dotted, 16),
    row("GitLab", "glagent-", Dotted, 16),
    row("GitLab", "gloas-", Dotted, 16),
    row("GitLab", "glsoat-", Dotted, 16),
    row("GitLab", "glffct-", Dotted, 16),
    row("GitLab", "GR1348941", Url, 16),
    exact("AWS", "AKIA", Upper, 16),
    exact("AWS", "ASIA", Upper, 16),
    exact("AWS", "ABIA", Upper, 16),
    exact("AWS", "ACCA", Upper, 16),
    exact("AWS", "A3T", Upper, 17),
    word("AWS session", "IQoJb3JpZ2luX2Vj", Base64, 60),
    word("AWS session", "FwoGZXIvYXdz", Base64, 60),
    word("AWS session", "FQoGZXIvYXdz", Base64, 60),
    word("AWS Bedrock", "ABSK", Base64, 100),
    url("AWS signature", "Signature=", Hex, 64),
    word("Google", "AIza", Url, 30),
    word("Google", "ya29.", Dotted, 16),
    row("Google", "GOCSPX-", Url, 16),
    digits("Google", "1//0", Url, 30),
    url("Google signature", "X-Goog-Signature=", Hex, 32),
    row("Slack", "xoxb-", Dotted, 8),
    row("Slack", "xoxp-", Dotted, 8),
    row("Slack", "xoxa-", Dotted, 8),
    row("Slack", "xoxr-", Dotted, 8),
    row("Slack", "xoxs-", Dotted, 8),
    row("Slack", "xoxo-", Dotted, 8),
    row("Slack", "xoxe-", Dotted, 8),
    row("Slack", "xoxe.xox", Dotted, 8),
    row("Slack", "xoxc-", Dotted, 8),
    row("Slack", "xoxd-", Base64, 8),
    row("Slack", "xapp-", Url, 16),
    url("Slack", "hooks.slack.com/services/", Path, 8),
    url("Slack", "hooks.slack.com/workflows/", Path, 8),
    url("Slack", "hooks.slack.com/triggers/", Path, 8),
    url("Discord", "discord.com/api/webhooks/", Path, 20),
    url("Discord", "discordapp.com/api/webhooks/", Path, 20),
    url("Microsoft Teams", "webhook.office.com/webhookb2/", Path, 20),
    url("Telegram", "api.telegram.org/bot", Path, 20),
    after("Telegram", ":AA", Url, 33, 33),
    url("Zapier", "hooks.zapier.com/hooks/catch/", Path, 8),
    after("Azure", "Q~", Dotted, 31, 34),
    after("Firebase", ":APA91b", Url, 60, 200),
    row("Stripe", "sk_live_", Alnum, 10),
    row("Stripe", "sk_test_", Alnum, 10),
    row("Stripe", "sk_prod_", Alnum, 10),
    row("Stripe", "rk_live_", Alnum, 10),
    row("Stripe", "rk_test_", Alnum, 10),
    row("Stripe", "rk_prod_", Alnum, 10),
    word("Stripe", "whsec_", Base64, 20),
    row("Anthropic", "sk-ant-", Url, 12),
    row("OpenAI", "sk-proj-", Url, 16),
    row("OpenAI", "sk-svcacct-", Url, 16),
    row("OpenAI", "sk-admin-", Url, 16),
    row("OpenRouter", "sk-or-v1-", Url, 16),
    digits("OpenAI and others", "sk-", Alnum, 20),
    digits("Groq", "gsk_", Alnum, 30),
    digits("xAI", "xai-", Alnum, 40),
    digits("Perplexity", "pplx-", Alnum, 30),
    digits("NVIDIA", "nvapi-", Url, 40),
    digits("Replicate", "r8_", Alnum, 30),
    word("Hugging Face", "hf_", Alnum, 30),
    word("Hugging Face", "api_org_", Alnum, 30),
    word("npm", "npm_", Alnum, 30),
    row("PyPI", "pypi-AgE", Url, 8),
    exact("crates.io", "cio", Alnum, 32),
    word("RubyGems", "rubygems_", Hex, 40),
    exact("NuGet", "oy2", Alnum, 43),
    word("Docker", "dckr_pat_", Url, 20),
    word("Clojars", "CLOJARS_", Alnum, 40),
    word("SendGrid", "SG.", Dotted, 40),
    word("Sendinblue", "xkeysib-", Url, 40),
    exact("Mailgun", "key-", Hex, 32),
    exact("Twilio", "SK", Hex, 32),
    exact("Twilio", "AC", Hex, 32),
    row("DigitalOcean", "dop_v1_", Hex, 32),
    row("DigitalOcean", "doo_v1_", Hex, 32),
    row("DigitalOcean", "dor_v1_", Hex, 32),
    word("Shopify", "shpat_", Alnum, 24),
    word("Shopify", "shpca_", Alnum, 24),
    word("Shopify", "shppa_", Alnum, 24),
    word("Shopify", "shpss_", Alnum, 24),
    word("Square", "sq0atp-", Url, 20),
    word("Square", "sq0csp-", Url, 20),
    word("Vault", "hvs.", Url, 24),
    word("Vault", "hvb.", Url, 24),
    word("Vault", "hvr.", Url, 24),
    word("Doppler", "dp.pt.", Alnum, 30),
    word("Doppler", "dp.st.", Dotted, 30),
    exact("Databricks", "dapi", Hex, 32),
    word("Linear", "lin_api_", Alnum, 30),
    digits("Notion", "ntn_", Alnum, 40),
    digits("Notion", "secret_", Alnum, 40),
    word("Pulumi", "pul-", Hex, 40),
    word("Postman", "PMAK-", Url, 40),
    word("PlanetScale", "pscale_tkn_", Dotted, 30),
    word("PlanetScale", "pscale_pw_", Dotted, 30),
    word("PlanetScale", "pscale_oauth_", Dotted, 30),
    word("Sentry", "sntrys_", Base64, 40),
    word("Sentry", "sntryu_", Hex, 40),
    word("Grafana", "glsa_", Word, 32),
    word("Grafana", "glc_", Base64, 32),
    word("Grafana", "eyJrIjoi", Base64, 60),
    word("New Relic", "NRAK-", Alnum, 20),
    word("age", "AGE-SECRET-KEY-1", Upper, 40),
    word("Atlassian", "ATATT3", Dotted, 40),
    word("Atlassian", "ATCTT3", Dotted, 40),
    exact("Artifactory", "AKCp", Alnum, 69),
    exact("Artifactory", "cmVmd", Alnum, 59),
    word("Fly.io", "fo1_", Url, 40),
    word("Fly.io", "fm2_", Base64, 60),
    word("Tailscale", "tskey-", Url, 16),
    word("Figma", "figd_", Url, 30),
    word("Supabase", "sbp_", Hex, 40),
    word("Buildkite", "bkua_", Hex, 40),
    digits("1Password", "ops_eyJ", Base64, 60),
    word("OpenShift", "sha256~", Url, 40),
    word("Adobe", "p8e-", Alnum, 32),
    digits("Airtable", "pat", Dotted, 79),
    word("Authress", "sc_", Dotted, 60),
    word("Brevo", "xsmtpsib-", Url, 40),
    word("Bitbucket", "ATBB", Alnum, 24),
    word("CircleCI", "CCIPAT_", Word, 40),
    word("CircleCI", "CCIPRJ_", Word, 40),
    word("Contentful", "CFPAT-", Url, 30),
    digits("Cloudflare", "v1.0-", Url, 100),
    digits("Cerebras", "csk-", Alnum, 40),
    word("Deno", "ddp_", Alnum, 30),
    word("Docker", "dckr_oat_", Url, 20),
    digits("Dropbox", "sl.", Url, 130),
    word("Duffel", "duffel_test_", Url, 40),
    word("Duffel", "duffel_live_", Url, 40),
    word("Dynatrace", "dt0s16.", Dotted, 40),
    digits("EasyPost", "EZAK", Alnum, 54),
    digits("EasyPost", "EZTK", Alnum, 54),
    digits("Facebook", "EAA", Alnum, 90),
    word("Flutterwave", "FLWSECK_TEST-", Url, 12),
    word("Flutterwave", "FLWSECK-", Url, 12),
    word("Fly.io", "fm1r_", Base64, 60),
    word("Fly.io", "fm1a_", Base64, 60),
    word("Frame.io", "fio-u-", Url, 60),
    digits("Harness", "pat.", Dotted, 60),
    digits("Harness", "sat.", Dotted, 60),
    row("HashiCorp", ".atlasv1.", Dotted, 60),
    word("Heroku", "HRKU-", Url, 36),
    digits("HubSpot", "pat-na1-", Url, 36),
    digits("HubSpot", "pat-eu1-", Url, 36),
    digits("Infracost", "ico-", Alnum, 32),
    word("Intra42", "s-s4t2ud-", Hex, 60),
    word("Langsmith", "lsv2_pt_", Word, 40),
    word("Langsmith", "lsv2_sk_", Word, 40),
    digits("Mapbox", "sk.eyJ", Dotted, 60),
    word("Neon", "napi_", Alnum, 60),
    word("Netlify", "nfp_", Alnum, 36),
    word("New Relic", "NRII-", Url, 32),
    digits("Octopus", "API-", Upper, 26),
    word("Pinecone", "pcsk_", Word, 50),
    word("Plaid", "access-sandbox-", Url, 36),
    word("Plaid", "access-production-", Url, 36),
    word("PostHog", "phx_", Alnum, 40),
    word("Prefect", "pnu_", Alnum, 36),
    word("Razorpay", "rzp_live_", Alnum, 14),
    word("ReadMe", "rdme_", Alnum, 60),
    word("Scalingo", "tk-us-", Url, 48),
    word("SettleMint", "sm_aat_", Alnum, 16),
    word("SettleMint", "sm_pat_", Alnum, 16),
    word("Shippo", "shippo_live_", Hex, 40),
    word("Shippo", "shippo_test_", Hex, 40),
    word("SonarQube", "sqp_", Hex, 40),
    word("SonarQube", "squ_", Hex, 40),
    word("SonarQube", "sqa_", Hex, 40),
    word("Sourcegraph", "sgp_", Word, 40),
    digits("Square", "EAAA", Url, 60),
    word("Supabase", "sb_secret_", Url, 20),
    word("Together", "tgp_v1_", Url, 40),
    word("Typeform", "tfp_", Dotted, 50),
    word("Vercel", "vcp_", Alnum, 24),
    digits("Yandex", "t1.", Dotted, 80),
    word("Yandex", "AQVN", Url, 35),
    word("Dynatrace", "dt0c01.", Dotted, 40),
    digits("Alibaba", "LTAI", Alnum, 16),
    word("Wallet", "xprv", Alnum, 100),
    row("bcrypt", "$2a$", Base64, 50),
    row("bcrypt", "$2b$", Base64, 50),
    row("bcrypt", "$2y$", Base64, 50),
    row("crypt", "$6$", Base64, 50),
    row("crypt", "$5$", Base64, 40),
    row("crypt", "$y$", Base64, 50),
    row("crypt", "$gy$", Base64, 50),
    row("crypt", "$7$", Base64, 50),
    row("Apache MD5", "$apr1$", Base64, 22),
    row("scrypt", "$scrypt$", Base64, 40),
    row("Django", "pbkdf2_sha256$", Base64, 40),
    row("LDAP", "{SSHA}", Base64, 28),
    row("Argon2", "$argon2", Base64, 40),
    word("private key in Base64", "LS0tLS1CRUdJTiBEU0EgUFJJVkFURSBL", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtF", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBL", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZ", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBQR1AgUFJJVkFURSBL", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBQUklWQVRFIEtF", Base64, 60),
    word("private key in Base64", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBL", Base64, 60),
    Shape {
        name: "JSON Web Token",
        prefix: "eyJ",
        alphabet: Dotted,
        min: 0,
        max: None,
        flags: ShapeFlags::WORD.and(ShapeFlags::JWT),
    },
];
