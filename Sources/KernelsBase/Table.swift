import Kernels

#if KERNELS_V4
    private let level = CPULevel.v4
#elseif KERNELS_V3
    private let level = CPULevel.v3
#else
    private let level = CPULevel.base
#endif

/// The kernels of this target's CPU level.
public func kernelTable() -> KernelTable {
    KernelTable(
        level: level,
        exp: mapExponential,
        sigmoid: mapSigmoid,
        tanh: mapHyperbolicTangent,
        gelu: mapGELU,
        windowStatistics: windowStatistics,
        roll: takeRows,
        copyRows: copyRows,
        fields: fieldKernels,
        forest: ForestKernels(
            addPathLengths: addPathLengths, addShallowPathLengths: addShallowPathLengths, takeValues: takeValues,
            partPlaces: partPlaces),
        network: NetworkKernels(
            lanes: Lanes.scalarCount, padding: 16, panel: panelVectors * Lanes.scalarCount, multiply: multiply,
            step: stepLSTM, project: projectLSTM,
            stepGradient: stepGradientLSTM, adam: stepAdam,
            dropout: fillDropoutMask, products: products, addProducts: addProducts),
        transformer: TransformerKernels(
            normalise: normaliseRows, normaliseGradient: normaliseRowsGradient, attend: attend,
            attendGradient: attendGradient, gelu: applyGELU, addRows: addRows))
}
