import Kernels

func stepAdam(_ step: AdamStep<Float>) {
    let lanes = Lanes.scalarCount
    var i = 0
    while i &+ lanes <= step.count {
        let updated = update(
            step, load(step.parameters + i), load(step.gradient + i), load(step.firstMoment + i),
            load(step.secondMoment + i))
        store(updated.parameter, step.parameters + i)
        store(updated.first, step.firstMoment + i)
        store(updated.second, step.secondMoment + i)
        i &+= lanes
    }
    while i < step.count {
        let updated = update(
            step, splat(step.parameters[i]), splat(step.gradient[i]), splat(step.firstMoment[i]),
            splat(step.secondMoment[i]))
        step.parameters[i] = updated.parameter[0]
        step.firstMoment[i] = updated.first[0]
        step.secondMoment[i] = updated.second[0]
        i &+= 1
    }
}

@inline(__always)
private func update(
    _ step: AdamStep<Float>, _ parameter: Lanes, _ gradient: Lanes, _ first: Lanes, _ second: Lanes
) -> (parameter: Lanes, first: Lanes, second: Lanes) {
    let g = fma(splat(step.weightDecay), parameter, gradient)
    let m = fma(splat(step.firstShare), g - first, first)
    let v = fma(splat(step.secondShare), g * g - second, second)
    let denominator = fma(squareRoot(v), splat(step.rootScale), splat(step.epsilon))
    return (parameter - splat(step.stepSize) * m / denominator, m, v)
}
