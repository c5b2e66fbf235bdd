import Evaluation
import SensorData
import Testing

@Suite struct UnitAlarmsTests {
    /// One unit whose records are called as `calls` says (`x` anomalous, `.` healthy); the label is `rul < 5`, the last
    /// record's rul is `lastRUL`.
    private func follow(_ calls: String, lastRUL: Int = 0, consecutive: Int = 3, farRUL: Int64 = 10) throws
        -> UnitAlarms
    {
        let count = calls.count
        let rul = (0..<count).map { Int64(count - 1 - $0 + lastRUL) }
        var data = LabelledScores(
            scores: calls.map { $0 == "x" ? 0.9 : 0.1 }, labels: rul.map { $0 < 5 },
            unitIDs: [Int64](repeating: 7, count: count), cycles: (0..<count).map { Int64($0 + 30) }, rul: rul)
        data.decide(threshold: 0.5)
        let units = try UnitAlarms.follow(
            data, rule: AlarmRule(policy: AlarmPolicy(required: consecutive, span: consecutive), farRUL: farRUL))
        #expect(units.count == 1)
        return units[0]
    }

    @Test func anAlarmIsRaisedAtTheThirdRecordInARow() throws {
        let unit = try follow("..........xxxxx")
        #expect(unit.isDetected)
        #expect(unit.leadTime == 2)
        #expect(unit.falseAlarms == 0)
        #expect(unit.falseRecords == 0)
        #expect(unit.healthyCount == 10)
    }

    @Test func anAlarmRaisedEarlyThatStandsIsRight() throws {
        let unit = try follow(".....xxxxxxxxxx")
        #expect(unit.leadTime == 7)
        #expect(unit.falseAlarms == 0)
        #expect(unit.falseRecords == 5)
    }

    @Test func anAlarmThatEndsBeforeIsFalse() throws {
        let unit = try follow(".xxxx.xxx......")
        #expect(!unit.isDetected)
        #expect(unit.isFailing)
        #expect(unit.leadTime == nil)
        #expect(unit.falseAlarms == 2)
        #expect(unit.farFalseAlarms == 1, "raised at 11 and at 6")
        #expect(unit.falseRecords == 7)
    }

    @Test func shortRunsRaiseNothing() throws {
        let unit = try follow("xx.xx.xx.xx.xx.")
        #expect(!unit.isDetected)
        #expect(unit.falseAlarms == 0)
        #expect(unit.falseRecords == 7)
    }

    @Test func theFirstRightAlarmCounts() throws {
        #expect(try follow(".xxx......xxx.x", consecutive: 1).leadTime == 4)
        #expect(try follow(".xxx......xxx.x", consecutive: 1).falseAlarms == 1)
    }

    @Test func aUnitCutOffHealthyCannotBeDetected() throws {
        let unit = try follow("....xxxx", lastRUL: 20)
        #expect(!unit.isFailing)
        #expect(unit.falseAlarms == 1)
        #expect(unit.farFalseAlarms == 1)
    }

    @Test func aUnitCutOffInTheWindowHasALeadTime() throws {
        #expect(try follow("........xxx", lastRUL: 3).leadTime == 3)
    }

    @Test func recordsOutOfOrderAreSortedByCycle() throws {
        var data = LabelledScores(
            scores: [0.9, 0.9, 0.1, 0.9, 0.1], labels: [true, true, false, true, false],
            unitIDs: [2, 2, 2, 2, 1], cycles: [33, 32, 30, 31, 30], rul: [0, 1, 3, 2, 9])
        data.decide(threshold: 0.5)
        let units = try UnitAlarms.follow(data)
        #expect(units.map(\.unitID) == [1, 2])
        #expect(units[1].leadTime == 0)
    }

    @Test func theFleetAddsUp() throws {
        let fleet = FleetAlarms([
            try follow("..........xxxxx"), try follow(".....xxxxxxxxxx"), try follow(".xxxx.xxx......"),
        ])
        #expect(fleet.unitCount == 3)
        #expect(fleet.failingCount == 3)
        #expect(fleet.detectedCount == 2)
        #expect(fleet.leadTime?.median == 4.5)
        #expect(fleet.falseAlarms == 2)
        #expect(agree(fleet.per1000(fleet.falseAlarms), 2000.0 / 30))
        #expect(FleetAlarms([]).per1000(0) == nil)
    }
}
