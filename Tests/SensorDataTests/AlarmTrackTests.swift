import SensorData
import Testing

@Suite struct AlarmTrackTests {
    /// What a policy makes of `calls` (`x` called, `h` not called but held by hysteresis, `.` neither): `R`aised,
    /// `S`tanding, `E`nded, `-` nothing.
    private func follow(_ calls: String, _ policy: AlarmPolicy) -> String {
        var track = AlarmTrack()
        return String(
            calls.map { call in
                switch track.take(isCalled: call == "x", holds: call == "h", policy: policy) {
                case .raised: "R"
                case .standing: "S"
                case .ended: "E"
                case nil: "-"
                }
            })
    }

    @Test func aRunOfThreeIsOneEpisode() {
        #expect(follow("xx.xxxxx.xx.xxx", AlarmPolicy(required: 3, span: 3)) == "-----RSSE-----R")
    }

    @Test func threeOfFiveForgiveGapsButNotOldCalls() {
        let policy = AlarmPolicy(required: 3, span: 5)
        #expect(follow("x.x.x..x.xx.", policy) == "----RE----RE")
        #expect(follow("x..x..x..x..x", policy) == "-------------")
    }

    @Test func quietRecordsInARowEndAnAlarm() {
        #expect(follow("xxx..xhx...", AlarmPolicy(required: 3, span: 3, clear: 3)) == "--RSSSSSSSE")
    }

    @Test func hysteresisHoldsAnAlarmButRaisesNone() {
        #expect(follow("hhhhxxxhh.h", AlarmPolicy(required: 3, span: 3, hysteresis: 0.1)) == "------RSSE-")
        let policy = AlarmPolicy(hysteresis: 0.1)
        #expect(policy.holds(0.46, threshold: 0.5) && !policy.holds(0.44, threshold: 0.5))
    }

    @Test func withinTheCooldownAnEpisodeIsTakenUpAgain() {
        let policy = AlarmPolicy(required: 3, span: 3, cooldown: 4)
        #expect(follow("xxx.xxx....xxx", policy) == "--RE--SE-----R")
    }

    @Test func aTrackContinuesFromItsNumbers() throws {
        let policy = AlarmPolicy(required: 3, span: 5, hysteresis: 0.1, clear: 2, cooldown: 6)
        let calls = "x.xxh..x.xxx.h..xx.x...x.x.xxxxh...."
        let whole = follow(calls, policy)
        for cut in 0...calls.count {
            var track = AlarmTrack()
            var events: [AlarmTrack.Event?] = []
            for (place, call) in calls.enumerated() {
                if place == cut { track = try #require(AlarmTrack(numbers: track.numbers)) }
                events.append(track.take(isCalled: call == "x", holds: call == "h", policy: policy))
            }
            let text = String(events.map { $0.map { Character($0.rawValue.prefix(1).uppercased()) } ?? "-" })
            #expect(text == whole, "cut at \(cut)")
        }
        #expect(AlarmTrack(numbers: [0, 2, 0, -1]) == nil && AlarmTrack(numbers: [0, 0, 0]) == nil)
    }

    @Test(arguments: ["", "3", "3/", "0/3", "4/3", "3/65", "3/3/3", "a/b", "-1/3", " 3/3"])
    func nonsenseIsNoPolicy(text: String) {
        #expect(AlarmPolicy(text) == nil)
    }

    @Test func aPolicyReadsItsOwnText() throws {
        #expect(AlarmPolicy("2/7") == AlarmPolicy(required: 2, span: 7))
        #expect("\(try #require(AlarmPolicy("64/64")))" == "64/64")
    }
}
