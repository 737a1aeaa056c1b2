//! The server, and the way of a request through it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as HttpBody;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::Value;

use super::super::access::{Access, Open};
use super::super::cluster::Cluster;
use super::super::logs::{Generated, Logs};
use super::super::metrics::Metrics;
use super::accept::AnswerForm;
use super::body::{self, ApiBody};
use super::request::{ApiTarget, Objects, Query};
use super::table::TablePrinter;
use super::{ApiRefusal, accept};

/// The time of the cluster.
pub type ClusterClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The largest body of a request that is read, bytes (apiserver, `MaxRequestBodyBytes`).
pub const MOST_BYTES: usize = 3 * 1024 * 1024;

/// One cluster's API.
#[derive(Clone)]
pub struct ApiServer {
    pub(super) cluster: Arc<Cluster>,
    pub(super) clock: ClusterClock,
    pub(super) access: Arc<dyn Access>,
    pub(super) logs: Arc<dyn Logs>,
    pub(super) metrics: Option<Arc<dyn Metrics>>,
    pub(super) absent: Vec<String>,
    pub(super) version: String,
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer")
            .field("version", &self.version)
            .field("absent", &self.absent)
            .finish_non_exhaustive()
    }
}

/// Who asks for something, and when.
#[derive(Debug)]
pub(super) struct ApiCaller {
    pub(super) user: String,
    pub(super) now: Timestamp,
}

impl ApiServer {
    /// A server that lets anybody do anything, of Kubernetes 1.33, without metrics.
    pub fn new(cluster: Arc<Cluster>, clock: ClusterClock) -> Self {
        Self {
            cluster,
            clock,
            access: Arc::new(Open),
            logs: Arc::new(Generated::default()),
            metrics: None,
            absent: Vec::new(),
            version: "1.33".to_owned(),
        }
    }

    /// With another way to decide who may do what.
    #[must_use]
    pub fn with_access(mut self, access: Arc<dyn Access>) -> Self {
        self.access = access;
        self
    }

    /// With another source of logs.
    #[must_use]
    pub fn with_logs(mut self, logs: Arc<dyn Logs>) -> Self {
        self.logs = logs;
        self
    }

    /// With metrics.k8s.io.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Without these API groups: a cluster that has no Karpenter, no Argo CD, no Auto Mode.
    #[must_use]
    pub fn without_groups<T: Into<String>>(mut self, groups: impl IntoIterator<Item = T>) -> Self {
        self.absent.extend(groups.into_iter().map(Into::into));
        self
    }

    /// Of another version of Kubernetes, as EKS names it: `1.33`.
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// The cluster behind it.
    pub fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }

    /// Whether a group is served.
    pub(super) fn serves(&self, group: &str) -> bool {
        let there = group != "metrics.k8s.io" || self.metrics.is_some();
        there && !self.absent.iter().any(|absent| absent == group)
    }

    /// Answers a request whose body is still to come.
    pub async fn call<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.whole(request).await.map_or_else(|refusal| refusal, |request| self.respond(&request))
    }

    /// A request with all of its body.
    ///
    /// # Errors
    /// What is answered where the body is too large or ends early.
    pub async fn whole<B>(&self, request: Request<B>) -> Result<Request<Bytes>, Response<ApiBody>>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        match Limited::new(body, MOST_BYTES).collect().await {
            Ok(body) => Ok(Request::from_parts(head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(self.finish(Err(ApiRefusal::too_large(&format!("limit is {MOST_BYTES}")))))
            }
            Err(_) => Err(self.finish(Err(ApiRefusal::bad_request("the body of the request ended early")))),
        }
    }

    /// Answers a request. Needs a tokio runtime only once the body of a watch or a followed log is
    /// read.
    pub fn respond(&self, request: &Request<Bytes>) -> Response<ApiBody> {
        self.finish(self.answer(request))
    }

    fn finish(&self, answer: Result<Response<ApiBody>, ApiRefusal>) -> Response<ApiBody> {
        let mut response = answer.unwrap_or_else(|refusal| refusal.response());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
        // hyper would tell this machine's time.
        let told = DateTimePrinter::new().timestamp_to_rfc9110_string(&(self.clock)()).ok();
        if let Some(told) = told.and_then(|told| HeaderValue::from_str(&told).ok()) {
            headers.insert(DATE, told);
        }
        response
    }

    fn answer(&self, request: &Request<Bytes>) -> Result<Response<ApiBody>, ApiRefusal> {
        let now = (self.clock)();
        let target = ApiTarget::of(request.uri().path());
        if target == Some(ApiTarget::Health) {
            return Ok(text("ok"));
        }
        let user = self.access.user(bearer(request), now).ok_or_else(ApiRefusal::unauthorized)?;
        let caller = ApiCaller { user, now };
        let target = target.ok_or_else(ApiRefusal::no_such_path)?;
        let form = accept::form(request, &target)?;
        match target {
            ApiTarget::AccessReview => self.review(request, &caller),
            ApiTarget::RulesReview => self.rules_review(request, &caller),
            ApiTarget::Objects(objects) => self.objects(request, &objects, &caller, form),
            ApiTarget::Metrics(objects) => self.usage(request, &objects, &caller),
            discovery if request.method() == Method::GET => self.discover(&discovery, request.uri().host()),
            _ => Err(ApiRefusal::not_allowed()),
        }
    }

    fn objects(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        caller: &ApiCaller,
        form: AnswerForm,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        if !self.serves(objects.served.group()) {
            return Err(ApiRefusal::no_such_path());
        }
        let query = Query::of(request.uri());
        let verb = verb(request.method(), objects, &query).ok_or_else(ApiRefusal::not_allowed)?;
        let verbs = match objects.subresource.as_str() {
            "" => objects.served.verbs,
            name => objects.served.subresource(name).ok_or_else(ApiRefusal::no_such_path)?.verbs,
        };
        // Across all namespaces one can only look.
        let everywhere = objects.served.namespaced && objects.namespace.is_empty();
        if !verbs.contains(&verb) || (everywhere && !matches!(verb, "list" | "watch")) {
            return Err(ApiRefusal::not_allowed());
        }
        self.allow(objects, verb, caller)?;
        let table = match form {
            AnswerForm::Table(version) if matches!(verb, "get" | "list" | "watch") => {
                Some(TablePrinter::of(version, &query)?)
            }
            _ => None,
        };
        match (verb, objects.subresource.as_str()) {
            ("list", _) => self.list(objects, &query, table, caller.now),
            ("watch", _) => self.watch(objects, &query, table),
            ("get", "log") => self.log(objects, &query, caller),
            ("get", "scale") => self.scale(objects),
            ("get", _) => self.get(objects, table, caller.now),
            ("create", "eviction") => self.evict(request, objects, &query, caller),
            ("create", "binding") => self.bind(request, objects, &query, caller),
            ("create", _) => self.create(request, objects, &query, caller),
            ("update", _) => self.replace(request, objects, &query, caller),
            ("patch", _) => self.patch(request, objects, &query, caller),
            ("delete", _) => self.delete(request, objects, &query, caller),
            ("deletecollection", _) => self.delete_collection(request, objects, &query, caller),
            _ => Err(ApiRefusal::not_allowed()),
        }
    }

    /// # Errors
    /// 403 when the caller may not.
    pub(super) fn allow(&self, objects: &Objects, verb: &str, caller: &ApiCaller) -> Result<(), ApiRefusal> {
        let asked = objects.question(verb);
        if self.access.allows(&caller.user, &asked, caller.now) {
            return Ok(());
        }
        Err(ApiRefusal::forbidden(objects.served, &objects.name, &asked.refusal(&caller.user)))
    }
}

fn bearer(request: &Request<Bytes>) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The verb of RBAC for a method; none where there is none of it.
pub(super) fn verb(method: &Method, objects: &Objects, query: &Query) -> Option<&'static str> {
    let whole = objects.name.is_empty();
    match *method {
        Method::GET if whole && query.is_on("watch") => Some("watch"),
        Method::GET if whole => Some("list"),
        Method::GET => Some("get"),
        Method::POST if whole || !objects.subresource.is_empty() => Some("create"),
        Method::PUT if !whole => Some("update"),
        Method::PATCH if !whole => Some("patch"),
        Method::DELETE if whole => Some("deletecollection"),
        Method::DELETE => Some("delete"),
        _ => None,
    }
}

/// A response of text.
pub(super) fn text(text: impl Into<Bytes>) -> Response<ApiBody> {
    content(StatusCode::OK, "text/plain", body::whole(text.into()))
}

/// A response of JSON.
pub(super) fn json(status: StatusCode, value: &Value) -> Response<ApiBody> {
    content(status, "application/json", body::whole(Bytes::from(value.to_string())))
}

pub(super) fn content(status: StatusCode, kind: &'static str, body: ApiBody) -> Response<ApiBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
