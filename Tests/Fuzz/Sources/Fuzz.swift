import CFuzzer
import Glibc

/// The fuzz program for all parsers: `fasttrain-fuzz PARSER [libFuzzer's options and folders]`; `--list` prints the
/// parsers.
///
/// Every finding ends the program: a trap in Swift, a sanitizer report, libFuzzer's limits of time and memory, or
/// `finding`, when a parser returns something wrong.
@main
enum Fuzz {
    /// The parser under test. It is set once, before libFuzzer's callback, which takes no context, is first called.
    nonisolated(unsafe) private static var parser: Parser?

    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count == 2, arguments[1] == "--list" {
            for parser in parsers { print(parser.name) }
            return
        }
        parser = parsers.first { arguments.count > 1 && $0.name == arguments[1] }
        guard parser != nil else {
            print("usage: fasttrain-fuzz PARSER [OPTION or FOLDER …], PARSER one of \(parsers.map(\.name))")
            exit(64)
        }
        var rest = ([arguments[0]] + arguments.dropFirst(2)).map { strdup($0) } + [nil]
        var count = CInt(rest.count - 1)
        let status = rest.withUnsafeMutableBufferPointer { rest in
            var base = rest.baseAddress
            return LLVMFuzzerRunDriver(&count, &base) { bytes, count in
                Fuzz.parser!.test(UnsafeRawBufferPointer(start: bytes, count: count))
                return 0
            }
        }
        exit(status)
    }
}

/// A parser of untrusted input.
struct Parser: Sendable {
    let name: String
    /// Parses an input, and ends the program if something is wrong.
    let test: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// All parsers.
let parsers =
    [
        Parser(name: "numbers", test: testNumber),
        Parser(name: "json", test: testJSON),
        Parser(name: "yaml", test: testYAML),
    ] + tableParsers + binaryParsers + networkParsers + runParsers
