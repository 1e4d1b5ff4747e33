import Foundation
import Testing

@testable import FastTrainSupport

@Suite struct ShellWordTests {
    @Test(arguments: [
        ("run", "run"), ("runs/a-1_b.x", "runs/a-1_b.x"), ("my run", "'my run'"), ("it's", #"'it'\''s'"#), ("", "''"),
        ("$HOME", "'$HOME'"), ("手", "手"), ("-dash", "./-dash"), ("new\nline", #"$'new\nline'"#),
        ("it's a\ttab\\", #"$'it\'s a\ttab\\'"#), ("\u{1B}[31m", #"$'\033[31m'"#), ("\u{202E}9", #"$'\342\200\2569'"#),
    ])
    func quotes(text: String, word: String) {
        #expect(text.shellWord == word)
        #expect(word.printable == word)
    }

    /// Shells give back the text. `sh` may lack `$'…'`.
    @Test(arguments: ["bash"])
    func shellsReadTheTextBack(shell: String) throws {
        let texts = [
            "new\nline", "a b", "quote'\"s", "%s%n", "tab\there", "*?[x]", "\\back", "\\\n'$(id)`id`", "\u{7}1",
            "\u{85}2", "e\u{301}\u{200B}", "~", "#", "a;b&c|d<e>f", "!!", "\r", "\u{7F}",
        ]
        for text in texts {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [shell, "-c", "printf %s \(text.shellWord)"]
            process.standardOutput = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            #expect(String(decoding: data, as: UTF8.self) == text)
        }
    }
}
