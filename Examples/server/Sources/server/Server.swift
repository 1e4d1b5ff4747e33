import FastTrain
import Foundation
import Hummingbird

/// An HTTP server that answers with the predictions of a model: `server MODEL [PORT]`.
@main
struct Server {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let path = arguments.first, let port = arguments.count > 1 ? Int(arguments.last!) : 8080 else {
            FileHandle.standardError.write(Data("usage: server MODEL [PORT]\n".utf8))
            exit(64)
        }
        let predictor: Predictor
        do {
            predictor = try Predictor(Model(path: path))
        } catch {
            FileHandle.standardError.write(Data("server: error: \(error)\n".utf8))
            exit(error.exitCode)
        }
        let application = Application(
            router: router(predictor), configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }

    /// The routes: `GET /model` describes the model, `POST /predict` takes JSON, and `POST /predict/bytes` takes rows of
    /// U8 features, such as images of a byte per pixel.
    static func router(_ predictor: Predictor) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("model") { _, _ in
            Description(
                inputs: predictor.inputs, outputs: predictor.outputs, classes: predictor.classes,
                takesBytes: predictor.scale != nil)
        }
        router.post("predict") { request, context in
            let query = try await request.decode(as: Query.self, context: context)
            return try answer(predictor) { () throws(FastTrainError) in
                switch query {
                case .features(let features): try predictor.predict(features)
                case .row(let row): try predictor.predict(row)
                }
            }
        }
        router.post("predict/bytes") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            return try answer(predictor) { () throws(FastTrainError) in
                try predictor.predict(Array(body.readableBytesView))
            }
        }
        return router
    }

    /// Returns the response to a prediction. What is wrong with a request becomes a response 400 with the library's text.
    static func answer(
        _ predictor: Predictor, _ predict: () throws(FastTrainError) -> [Float]
    ) throws -> Answer {
        do throws(FastTrainError) {
            let values = try predict()
            let rows = stride(from: 0, to: values.count, by: predictor.outputs).map {
                Array(values[$0..<$0 + predictor.outputs])
            }
            let classes = predictor.classes
            return Answer(
                classes: classes.isEmpty ? nil : rows.map { row in classes[row.firstIndex(of: row.max()!)!] },
                values: rows)
        } catch {
            throw HTTPError(.badRequest, message: error.description)
        }
    }
}

/// The response to `GET /model`.
struct Description: ResponseEncodable {
    let inputs: Int
    let outputs: Int
    let classes: [String]
    let takesBytes: Bool
}

/// The response to a prediction: the class of each row, if the model predicts classes, and the values of each row.
struct Answer: ResponseEncodable {
    let classes: [String]?
    let values: [[Float]]
}

/// The body of `POST /predict`: `{"features": [0.1, …]}`, one row or several, or `{"row": {"column": value, …}}` for a
/// model of a table. A value is a number, a text, or null for a missing one.
enum Query: Decodable {
    case features([Float])
    case row([String: TableValue])

    private enum CodingKeys: CodingKey { case features, row }

    init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        if let features = try body.decodeIfPresent([Float].self, forKey: .features) {
            self = .features(features)
        } else {
            self = .row(try body.decode([String: Cell].self, forKey: .row).mapValues(\.value))
        }
    }

    private struct Cell: Decodable {
        let value: TableValue

        init(from decoder: any Decoder) throws {
            let cell = try decoder.singleValueContainer()
            value =
                if cell.decodeNil() { nil } else if let number = try? cell.decode(Double.self) {
                    .number(number)
                } else { .text(try cell.decode(String.self)) }
        }
    }
}
