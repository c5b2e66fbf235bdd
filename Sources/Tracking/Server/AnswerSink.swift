import AsyncHTTPClient
import DurableFiles
import NIOCore
import NIOHTTP1

/// What a server answered.
struct HTTPAnswer: Sendable {
    /// The status: 200.
    var status = 0
    /// The header `Content-Type`, in small letters.
    var type = ""
    /// The header `Location`.
    var location = ""
    /// The header `Retry-After`, where it is a number of seconds.
    var retryAfter: Duration?
    /// The body, but not of a file that was kept; of a refusal its beginning.
    var body: [UInt8] = []

    /// Whether the status is one of success.
    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Takes in one answer, within bounds: as bytes, or where it is the file that was asked for, on disk.
///
/// The HTTP client calls it on one event loop; whoever made the request reads it when the request is over.
final class AnswerSink: HTTPClientResponseDelegate, @unchecked Sendable {
    /// What has arrived.
    private(set) var answer = HTTPAnswer()
    /// How many bytes of the body have arrived, and how many were announced.
    private(set) var length: (received: Int, announced: Int?) = (0, nil)
    /// Whether the body is a page for people where a file was asked for.
    private(set) var isPage = false

    private let limit: Int
    private var file: AtomicFile?
    private let mayBePage: Bool
    private let patience: Duration
    private let start = ContinuousClock.now

    /// As much of a refusal as is read.
    private static let refusalLimit = 1 << 16
    /// The fewest bytes a second that a transfer may bring.
    private static let slowest = 1 << 13

    /// A refusal that is longer than anybody reads.
    struct EnoughRead: Error {}

    /// Keeps the body of an answer of success in memory.
    init(limit: Int) {
        self.limit = limit
        file = nil
        mayBePage = true
        patience = .zero
    }

    /// Writes the body of an answer of success to `file`.
    ///
    /// - Parameter patience: how long the transfer may take besides what its length explains.
    init(file: AtomicFile, limit: Int, mayBePage: Bool, patience: Duration) {
        self.limit = limit
        self.file = file
        self.mayBePage = mayBePage
        self.patience = patience
    }

    func didReceiveHead(task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        task.eventLoop.makeCompletedFuture { try begin(head) }
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPAnswer>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        task.eventLoop.makeCompletedFuture { try buffer.withUnsafeReadableBytes(take) }
    }

    // The client may hold on to the sink for a while; a file that is not kept must be gone when whoever waits learns of it.
    func didReceiveError(task: HTTPClient.Task<HTTPAnswer>, _ error: any Error) { file = nil }

    func didFinishRequest(task: HTTPClient.Task<HTTPAnswer>) -> HTTPAnswer {
        file = nil
        return answer
    }

    private func begin(_ head: HTTPResponseHead) throws {
        answer.status = Int(head.status.code)
        answer.type = head.headers.first(name: "Content-Type")?.lowercased() ?? ""
        answer.location = head.headers.first(name: "Location") ?? ""
        answer.retryAfter = head.headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds(max(0, $0)) }
        length.announced = head.headers.first(name: "Content-Length").flatMap { Int($0) }
        isPage = file != nil && !mayBePage && answer.isSuccess && answer.type.hasPrefix("text/html")
        if answer.isSuccess, let announced = length.announced, announced > limit { throw tooLong(announced) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws {
        if length.received == 0, file != nil, !mayBePage, AnswerText.beginsPage(bytes) { isPage = true }
        length.received += bytes.count
        guard answer.isSuccess, !isPage else {
            answer.body += bytes.prefix(AnswerSink.refusalLimit - answer.body.count)
            if answer.body.count == AnswerSink.refusalLimit { throw EnoughRead() }
            return
        }
        guard length.received <= limit else { throw tooLong(length.received) }
        guard let file else {
            answer.body += bytes
            return
        }
        guard ContinuousClock.now - start < patience + .seconds(length.received / AnswerSink.slowest) else {
            throw HTTPClientError.readTimeout
        }
        try file.write(bytes)
    }

    private func tooLong(_ count: Int) -> AttemptFailure {
        AttemptFailure(.damaged("the answer has \(count) bytes or more; expected at most \(limit)"))
    }
}
