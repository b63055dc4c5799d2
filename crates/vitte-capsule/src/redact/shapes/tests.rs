//! Each rule of the table with tokens that match, and similar text that does not.

use super::table::{Alphabet, SHAPES, Shape, ShapeFlags};
use super::tokens;

/// Returns `len` bytes of an alphabet, with digits. No two neighbours repeat.
fn body(alphabet: Alphabet, len: usize) -> String {
    let bytes = match alphabet {
        Alphabet::Hex => "3f8a1c09e7b2d645",
        Alphabet::Upper => "Q7ZK2MXW4RTN3VBJ",
        _ => "x9Fk2Qz7Lm4Rb8Tw",
    };
    bytes.chars().cycle().take(len).collect()
}

/// Returns a token of a rule with `less` bytes less than the minimum.
fn token(shape: &Shape, less: usize) -> String {
    if shape.has(ShapeFlags::JWT) {
        let part = body(Alphabet::Alnum, 20);
        return format!("eyJ{part}.eyJ{part}.{part}");
    }
    format!("{}{}", shape.prefix, body(shape.alphabet, shape.min - less))
}

fn found(text: &str) -> Vec<&str> {
    tokens(text.as_bytes()).into_iter().map(|range| text.get(range).unwrap()).collect()
}

#[test]
fn each_rule_finds_its_tokens() {
    for shape in &SHAPES {
        let token = token(shape, 0);
        let secret = match shape.has(ShapeFlags::URL) {
            true => token.strip_prefix(shape.prefix).unwrap(),
            false => &token,
        };
        for text in [
            token.clone(),
            format!("x={token};"),
            format!("\"{token}\""),
            format!("see {token}."),
            format!("a\\n{token}\\n"),
            format!("%3D{token} "),
            format!("é{token}é"),
        ] {
            assert_eq!(found(&text), [secret], "{}: {text}", shape.name);
        }
    }
}

#[test]
fn each_rule_needs_its_length_and_its_alphabet() {
    for shape in SHAPES.iter().filter(|shape| !shape.has(ShapeFlags::JWT)) {
        let short = token(shape, 1);
        assert_eq!(found(&short), Vec::<&str>::new(), "{}: {short}", shape.name);
        let blank = format!("{} {}", shape.prefix, body(shape.alphabet, shape.min));
        assert_eq!(found(&blank), Vec::<&str>::new(), "{}: {blank}", shape.name);
        if shape.has(ShapeFlags::WORD) {
            let inside = format!("x{}", token(shape, 0));
            assert_eq!(found(&inside), Vec::<&str>::new(), "{}: {inside}", shape.name);
        }
        if let Some(max) = shape.max {
            let long = format!("{}{}a", shape.prefix, body(shape.alphabet, max));
            assert_eq!(found(&long), Vec::<&str>::new(), "{}: {long}", shape.name);
        }
    }
}

/// Tokens of the documented forms. They are not in use.
#[test]
fn documented_tokens_are_found() {
    for text in [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
        "glpat-aB3dE6gH9jK2mN5pQ8rS",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe",
        "ya29.a0AfH6SMBx-1234567890abcdefghij",
        "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "sk-ant-api03-AbCdEf0123456789-_AbCdEf0123456789AA",
        "sk-proj-AbCdEf0123456789T3BlbkFJAbCdEf0123456789",
        "npm_1234567890abcdefghijABCDEFGHIJ123456",
        "pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LTEyMzQtMTIzNA",
        "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",
        "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh",
        "SK0123456789abcdef0123456789abcdef",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7LFpZcgV7T.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rp.XFBoMYUZodetZdvTiFvSkQ",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ",
    ] {
        assert_eq!(found(text), [text]);
    }
}

#[test]
fn similar_text_is_not_a_token() {
    for text in [
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "550e8400-e29b-41d4-a716-446655440000",
        "_ZN4core3fmt9Formatter9write_str17h05af221e174051e9E",
        "ghp_is_the_prefix_of_a_token",
        "npm_config_registry_with_a_long_name_of_parts",
        "sk-learn-and-other-long-names-of-packages-2",
        "task-abcdefghijklmnopqrstuvwxyz0123456789",
        "SG.pdf and SG.Models.Tables",
        "ASIAN_PACIFIC_REGION_NAME",
        "AKIAIOSFODNN7EXAMPLEX",
        "secret_of_the_ooze_in_a_long_identifier_name_1",
        "eyJ is the beginning of eyJhbGciOiJIUzI1NiJ9",
        "eyJhbGciOiJIUzI1NiJ9.rs",
        "hf_model_name_with_several_parts_and_words",
        "key-value",
        "SKIP0123456789abcdef0123456789abcdef",
        "\"integrity\": \"sha512-WSqm3dzhBoqPzBUM+RVcPAI0JSWV8kOMUoyMdzgZsBbDrRH8gMnXLC6ERVXAKIA0b5g==\"",
        "M 10.5,20 L sk-5",
        "$2a$10$",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
}
