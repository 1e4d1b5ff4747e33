import Foundation
import FoundationXML

/// A page as libxml2 reads it, strictly: what is not closed or escaped is an error.
final class PageElement {
    let name: String
    let attributes: [String: String]
    private(set) var children: [PageElement] = []
    /// All text in it, that of its children included.
    private(set) var text = ""

    fileprivate init(_ name: String, _ attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// Itself and all in it, in the order of the page.
    var all: [PageElement] { [self] + children.flatMap(\.all) }

    /// All elements of a name in it, of a class if that is given.
    func all(_ name: String, class style: String? = nil) -> [PageElement] {
        all.filter { element in
            element.name == name
                && style.map { (element.attributes["class"] ?? "").split(separator: " ").contains(Substring($0)) }
                    ?? true
        }
    }

    /// What the first `<data>` in it says to programs.
    var value: Double? { all("data").first?.attributes["value"].flatMap(Double.init) }

    /// The section under a heading; nil when the page has none.
    func section(_ heading: String) -> PageElement? {
        all("section").first { $0.all("h2").first?.text == heading }
    }

    /// The figure under a name at the top of the page.
    func tile(_ name: String) -> PageElement? {
        all("div", class: "tile").first { $0.all("p", class: "name").first?.text == name }
    }

    /// The cells of a table's body, row by row.
    var rows: [[PageElement]] {
        all("tbody").flatMap { $0.all("tr") }.map { $0.children.filter { ["td", "th"].contains($0.name) } }
    }

    /// The document's root. Throws what libxml2 finds wrong, with its line and column.
    static func read(_ page: String) throws -> PageElement {
        let reader = Reader()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else {
            throw NotWellFormed(
                line: parser.lineNumber, column: parser.columnNumber,
                reason: parser.parserError.map { "\($0)" } ?? "no element")
        }
        return root
    }

    struct NotWellFormed: Error {
        var line: Int
        var column: Int
        var reason: String
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var root: PageElement?
        private var open: [PageElement] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            let element = PageElement(name, attributes)
            open.last?.children.append(element)
            root = root ?? element
            open.append(element)
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) { open.removeLast() }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            for element in open { element.text += text }
        }
    }
}
