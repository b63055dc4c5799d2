// A lexer that reports the characters that it does not know.
#include <cctype>
#include <string>
#include <vitte_diag.hpp>

static bool is_known(unsigned char c) {
  return std::isalnum(c) || std::isspace(c) || std::string_view("=+-*/()").find(c) != std::string_view::npos;
}

int main() {
  const std::string_view text = "let x = @\n";
  vitte::Sources sources;
  vitte::File file = sources.add("src/main.vitte", text);
  vitte::Bag bag;
  for (std::uint32_t at = 0; at < text.size(); at++) {
    if (!is_known(static_cast<unsigned char>(text[at]))) {
      auto message = std::string("illegal character `") + text[at] + "`";
      bag.push(vitte::error("LEX0001", {file, at, at + 1}, message).help("remove it"));
    }
  }
  vitte::Emitter("human").emit(bag, sources);
  return bag.has_errors() ? 1 : 0;
}
