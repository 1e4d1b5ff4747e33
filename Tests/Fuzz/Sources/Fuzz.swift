import CFuzzer
import Glibc

/// One program for all parsers: `fasttrain-fuzz PARSER [libFuzzer's options and folders]`; `--list` names the parsers.
///
/// A finding ends the program, whoever makes it: Swift by a trap, a sanitizer, libFuzzer's limits of time and memory, or
/// `finding`, when a parser says something that is not true.
@main
enum Fuzz {
    /// Set once, before libFuzzer calls, whose callback takes no context.
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

/// Something that reads what comes from outside.
struct Parser: Sendable {
    let name: String
    /// Ends the program when something is wrong.
    let test: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// All of them.
let parsers =
    [
        Parser(name: "numbers", test: testNumber),
        Parser(name: "json", test: testJSON),
        Parser(name: "yaml", test: testYAML),
    ] + tableParsers + binaryParsers + networkParsers + runParsers
