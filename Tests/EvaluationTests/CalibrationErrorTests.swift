import Evaluation
import SensorData
import Testing

@Suite struct CalibrationErrorTests {
    @Test func countsByHand() throws {
        var error = CalibrationError()
        // Bin 12 of 15 (0.8 to 0.867): mean confidence 0.82, half of them right. Bin 14: 1 and right.
        error.add(confidence: 0.81, isRight: true)
        error.add(confidence: 0.83, isRight: false)
        error.add(confidence: 1, isRight: true, weight: 2)
        error.add(confidence: .nan, isRight: true)
        let value = try #require(error.value)
        #expect(abs(value - 2 * abs(0.82 - 0.5) / 4) < 1e-12)
        #expect(CalibrationError().value == nil)

        let bins = error.bins
        #expect(bins.map(\.count) == [2, 1])
        #expect(bins.map(\.right) == [0.5, 1] && bins[1].confidence == 1)
        #expect(abs(bins[0].confidence - 0.82) < 1e-12)
        #expect(abs(bins[0].confidences.lowerBound - 0.8) < 1e-12 && abs(bins[1].confidences.upperBound - 1) < 1e-12)
    }

    @Test func recordsCarryTheirConfidence() throws {
        var data = LabelledScores()
        for (score, label, confidence) in [(0.9, true, 0.95), (0.2, false, 0.9), (0.6, false, 0.55)] {
            var record = ScoredRecord(unitID: 1, modelVersion: "m")
            record.anomalyScore = score
            record.label = label
            record.isAnomaly = score >= 0.5
            record.confidence = confidence
            try data.append(record)
        }
        let value = try #require(data.calibrationError.value)
        #expect(abs(value - (0.05 + 0.1 + 0.55) / 3) < 1e-12)
        data.decide(threshold: 0.7)
        let other = try #require(data.calibrationError.value, "0.6 is now called healthy, with a confidence of 0.45")
        #expect(abs(other - (0.05 + 0.1 + 0.55) / 3) < 1e-12)
    }
}
