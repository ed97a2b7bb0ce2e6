package criipto

// Each query asks for the fields that this package reads and for no others: the schema
// grows monthly, and fields come and go.

// operation is one query of the service.
type operation struct {
	op    string // of errors: the method, in lower case
	query string
	acts  bool // it changes something, so a lost answer leaves the outcome unknown
}

const (
	orderFields = `id status createdAt expiresAt closedAt traceId documents { __typename id reference } ` +
		`signatories { id reference status statusReason signatoryRole }`
	linkFields = `id status expiresAt documents { __typename id reference } signatories { id reference status signatoryRole href }`
)

const createQuery = `mutation createSignatureOrder($input: CreateSignatureOrderInput!) {
  createSignatureOrder(input: $input) { signatureOrder { ` + linkFields + ` } }
}`

const orderQuery = `query signatureOrder($id: ID!) {
  signatureOrder(id: $id) { ` + orderFields + ` }
}`

const linksQuery = `query signatureOrder($id: ID!) {
  signatureOrder(id: $id) { ` + linkFields + ` }
}`

const closeQuery = `mutation closeSignatureOrder($input: CloseSignatureOrderInput!) {
  closeSignatureOrder(input: $input) { signatureOrder { id status } }
}`

const cancelQuery = `mutation cancelSignatureOrder($input: CancelSignatureOrderInput!) {
  cancelSignatureOrder(input: $input) { signatureOrder { id status } }
}`

const cleanupQuery = `mutation cleanupSignatureOrder($input: CleanupSignatureOrderInput!) {
  cleanupSignatureOrder(input: $input) { signatureOrder { id status } }
}`

const extendQuery = `mutation extendSignatureOrder($input: ExtendSignatureOrderInput!) {
  extendSignatureOrder(input: $input) { signatureOrder { ` + orderFields + ` } }
}`

const addQuery = `mutation addSignatories($input: AddSignatoriesInput!) {
  addSignatories(input: $input) { signatureOrder { ` + linkFields + ` } }
}`

const documentQuery = `query document($id: ID!) {
  document(id: $id) { __typename id blob }
}`

const findQuery = `query signatureOrders($first: Int!, $after: String) {
  viewer { __typename ... on Application { signatureOrders(first: $first, after: $after) {
    edges { node { id documents { id reference } } } pageInfo { hasNextPage endCursor }
  } } }
}`

const pageQuery = `query signatureOrders($first: Int!, $after: String, $status: SignatureOrderStatus) {
  viewer { __typename ... on Application { signatureOrders(first: $first, after: $after, status: $status) {
    edges { node { ` + orderFields + ` } } pageInfo { hasNextPage endCursor }
  } } }
}`

const batchQuery = `mutation createBatchSignatory($input: CreateBatchSignatoryInput!) {
  createBatchSignatory(input: $input) { batchSignatory { id href } }
}`

const validateQuery = `mutation validateDocument($input: ValidateDocumentInput!) {
  validateDocument(input: $input) { valid errors fixable hasBookmarks previouslySigned }
}`

const deliveriesQuery = `query webhookLogs($id: ID!, $from: String!, $to: String!, $succeeded: Boolean) {
  signatureOrder(id: $id) { id webhook { logs(from: $from, to: $to, succeeded: $succeeded) {
    __typename event timestamp
    ... on WebhookSuccessfulInvocation { responseStatusCode }
    ... on WebhookHttpErrorInvocation { responseStatusCode retryPayload retryingAt }
    ... on WebhookTimeoutInvocation { retryPayload retryingAt }
    ... on WebhookExceptionInvocation { retryPayload retryingAt }
  } } }
}`

const retryQuery = `mutation retrySignatureOrderWebhook($input: RetrySignatureOrderWebhookInput!) {
  retrySignatureOrderWebhook(input: $input) { invocation { __typename } }
}`
