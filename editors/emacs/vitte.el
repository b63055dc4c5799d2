;;; vitte.el --- Vitte files, and eglot for compilers with a vitte-lsp server -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.3") (eglot "1.9"))
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Put this file on the `load-path' and (require 'vitte) into your init file.  Opening a file whose name ends in
;; .vitte then starts `vittec lsp'.  See the README beside this file for other compilers.

;;; Code:

(require 'eglot)

(defgroup vitte nil "Vitte files and the servers that check them."
  :group 'languages)

(defcustom vitte-server-command '("vittec" "lsp")
  "The program and the arguments that start the language server."
  :type '(repeat string))

(defvar vitte-mode-syntax-table
  (let ((table (make-syntax-table)))
    ;; `#' and `//' start a comment that ends with its line; `/* */' nests.
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?/ ". 124" table)
    (modify-syntax-entry ?* ". 23bn" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?' "\"" table)
    table)
  "The syntax of Vitte.")

(defconst vitte-keywords
  '("module" "use" "import" "fn" "struct" "enum" "trait" "impl" "type" "const" "let" "mut" "if" "elif" "else"
    "while" "for" "in" "loop" "match" "when" "where" "ret" "return" "break" "continue")
  "The words that `vitte-mode' shows as keywords.")

;;;###autoload
(define-derived-mode vitte-mode prog-mode "Vitte"
  "A mode for Vitte files."
  (setq-local comment-start "# "
              comment-start-skip "\\(?:#+\\|//+\\|/\\*+\\)[ \t]*"
              font-lock-defaults `((,(regexp-opt vitte-keywords 'words)
                                    ("\\_<fn\\_>[ \t]+\\([[:alnum:]_:]+\\)" 1 font-lock-function-name-face)
                                    ("\\(?:^\\|[ \t]\\)\\(\\.end\\)\\_>" 1 font-lock-keyword-face)))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.vitte\\'" . vitte-mode))

(defun vitte--contact (&rest _)
  "Return the command of the server."
  vitte-server-command)

(add-to-list 'eglot-server-programs '(vitte-mode . vitte--contact))
(add-hook 'vitte-mode-hook #'eglot-ensure)

(provide 'vitte)
;;; vitte.el ends here
