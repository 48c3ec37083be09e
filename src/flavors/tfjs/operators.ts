/** A list of names, spelled as a text so that it is read at a glance. */
function namesOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** The TensorFlow operators that tfjs-converter 4.22 runs; a test compares them with its own lists. */
export const OPERATORS = namesOf(`
  Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul
  BatchMatMulV2 BatchToSpaceND BiasAdd Bincount BitwiseAnd BroadcastArgs BroadcastTo Cast Ceil ClipByValue Complex
  ComplexAbs Concat ConcatV2 Const Conv1D Conv2D Conv2DBackpropInput Conv3D Cos Cosh CropAndResize Cumprod Cumsum
  DenseBincount DepthToSpace DepthwiseConv2d DepthwiseConv2dNative Dilation2D Div DivNoNan Einsum Elu
  EmptyTensorList EnsureShape Enter Equal Erf EuclideanNorm Exit Exp ExpandDims Expm1 FFT FakeQuantWithMinMaxVars
  Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 FusedDepthwiseConv2dNative Gather
  GatherNd GatherV2 Greater GreaterEqual HashTable HashTableV2 IFFT IRFFT Identity IdentityN If Imag
  ImageProjectiveTransformV3 InitializeTable InitializeTableV2 IsFinite IsInf IsNan LRN LeakyRelu Less LessEqual
  LinSpace ListDiff Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableFind LookupTableFindV2
  LookupTableImport LookupTableImportV2 LookupTableSize LookupTableSizeV2 LoopCond LowerBound MatMul
  MatrixBandPart Max MaxPool MaxPool3D MaxPoolWithArgmax Maximum Mean Merge Min Minimum MirrorPad Mod Mul
  Multinomial Neg NextIteration NoOp NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4
  NonMaxSuppressionV5 NotEqual OneHot Ones OnesLike Pack Pad PadV2 Placeholder PlaceholderWithDefault Pow Prelu
  Print Prod RFFT RaggedGather RaggedRange RaggedTensorToTensor RandomStandardNormal RandomUniform
  RandomUniformInt Range Rank Real RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor
  Reverse ReverseV2 Round Rsqrt ScatterNd Select SelectV2 Selu Shape ShapeN Sigmoid Sign Sin Sinh Size Slice
  Snapshot Softmax Softplus SpaceToBatchND SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSum
  SparseToDense Split SplitV Sqrt Square SquaredDifference Squeeze StatelessIf StatelessWhile StaticRegexReplace
  StopGradient StridedSlice StringNGrams StringSplit StringToHashBucketFast Sub Sum Switch Tan Tanh
  TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3
  TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3 TensorListConcat TensorListConcatV2
  TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
  TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem TensorListSplit
  TensorListStack TensorScatterUpdate Tile TopKV2 Transpose TruncatedNormal Unique UniqueV2 Unpack UpperBound
  Where While Zeros ZerosLike _FusedConv2D _FusedMatMul
`);

/**
 * Those whose result TensorFlow.js only promises: control flow, lists and tables, and shapes that depend on values. A
 * graph with one of them is run with `executeAsync`.
 */
export const ASYNC_OPERATORS = namesOf(`
  EmptyTensorList Enter Exit HashTable HashTableV2 If InitializeTable InitializeTableV2 ListDiff LookupTableFind
  LookupTableFindV2 LookupTableImport LookupTableImportV2 LookupTableSize LookupTableSizeV2 LoopCond Merge
  NextIteration NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 StatelessIf
  StatelessWhile Switch TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3
  TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3 TensorListConcat
  TensorListConcatV2 TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack
  TensorListPushBack TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem
  TensorListSplit TensorListStack Where While
`);

/** Those that make tensors which outlast a run. */
export const TABLE_OPERATORS = namesOf("HashTable HashTableV2");

/** Those that no backend computes on pictures with their channels first. */
export const CHANNELS_LAST_OPERATORS = namesOf(`
  DepthToSpace DepthwiseConv2d DepthwiseConv2dNative FusedDepthwiseConv2dNative
`);

/** Those that plain JavaScript alone computes on pictures with their channels first. */
export const CHANNELS_FIRST_ON_CPU = namesOf("Conv2D _FusedConv2D");

/** Kernels that an operator needs besides, or in place of, one of its own name. */
export const COMPOSED_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ["RFFT", ["Complex", "FFT", "Real", "Imag"]],
  ["IRFFT", ["Complex", "IFFT", "Real", "Imag"]],
]);

/** The Keras classes that tfjs-layers 4.22 makes: layers, cells, initializers, constraints, regularizers. */
export const LAYER_CLASSES = namesOf(`
  Activation Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization
  Bidirectional CategoryEncoding CenterCrop Concatenate Constant Conv1D Conv2D Conv2DTranspose Conv3D
  Conv3DTranspose ConvLSTM2D ConvLSTM2DCell Cropping2D Dense DepthwiseConv2D Dot Dropout ELU Embedding Flatten
  Functional GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
  GlobalMaxPooling1D GlobalMaxPooling2D GlorotNormal GlorotUniform HeNormal HeUniform Identity InputLayer L1L2
  LSTM LSTMCell LayerNormalization LeCunNormal LeCunUniform LeakyReLU Masking MaxNorm MaxPooling1D MaxPooling2D
  MaxPooling3D Maximum MinMaxNorm Minimum Model Multiply NonNeg Ones Orthogonal PReLU Permute RNN RandomNormal
  RandomUniform RandomWidth ReLU RepeatVector Rescaling Reshape Resizing SeparableConv2D Sequential SimpleRNN
  SimpleRNNCell Softmax SpatialDropout1D StackedRNNCells ThresholdedReLU TimeDistributed TruncatedNormal UnitNorm
  UpSampling2D VarianceScaling ZeroPadding2D Zeros
`);
