/// Where the pieces of piecewise linear functions meet: functions that are 0 at 0 and have one slope in each piece.
///
/// Pieces are numbered from the lowest. A piece above 0 adds how far the argument reaches into it from below, a piece below
/// 0 how far from above, as a negative number: of each argument all but the pieces between it and 0 are 0.
public struct Knots: Hashable, Sendable, Codable {
    /// The knots, rising, 0 among them.
    public let places: [Double]

    /// Pieces that meet at `places`.
    ///
    /// - Throws: `BundleError` when they do not rise, are not finite, or 0 is not among them.
    public init(_ places: [Double]) throws {
        guard places.contains(0), places.allSatisfy(\.isFinite),
            zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }),
            places.count <= Knots.most
        else {
            throw BundleError(
                "knots at \(places.map { "\($0)" }.joined(separator: ", ")); "
                    + "expected at most \(Knots.most) rising numbers, 0 among them")
        }
        self.places = places
    }

    /// Reads and checks a list of numbers.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode([Double].self))
    }

    /// Writes the list.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(places)
    }

    /// The most knots there may be.
    public static let most = 32

    /// The number of pieces.
    public var pieces: Int { places.count + 1 }

    /// Calls `body` with each piece that is not 0 at `argument`, and what it is.
    @inline(__always)
    func forEachPiece(at argument: Double, _ body: (_ piece: Int, _ value: Double) -> Void) {
        for (place, knot) in places.enumerated() {
            // Below 0 the piece under a knot counts, from 0 on the piece above it.
            if knot <= 0, argument < knot {
                let floor = place > 0 ? places[place - 1] : -.infinity
                body(place, max(argument, floor) - knot)
            }
            if knot >= 0, argument > knot {
                let ceiling = place + 1 < places.count ? places[place + 1] : .infinity
                body(place + 1, min(argument, ceiling) - knot)
            }
        }
    }
}
