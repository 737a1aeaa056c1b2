//! The endpoint on this machine that a tool is sent to: it listens, and passes on what it hears.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::service::{Call, Service};

/// Whoever connects says something within this time.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request as it came.
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// `None` when the client is gone, or speaks something else.
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let first = line(&mut reader)?;
        let mut words = first.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let header = line(&mut reader)?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self { method, target, headers, body: Vec::new() };
        let length: usize = request.header("content-length").parse().unwrap_or(0);
        request.body = vec![0; length];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    /// The value of a header, by its name in small letters; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let count = reader.read_line(&mut line).ok()?;
    (count > 0).then(|| line.trim_end().to_owned())
}

/// An answer.
pub struct Answer {
    pub is_good: bool,
    /// Its content type.
    pub kind: &'static str,
    pub body: String,
}

impl Answer {
    fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        let status = if self.is_good { "200 OK" } else { "403 Forbidden" };
        let (kind, length) = (self.kind, self.body.len());
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n{}", self.body).as_bytes())
    }
}

/// A service that listens, until this is dropped.
pub struct Endpoint {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    service: Mutex<Service>,
    /// Something was heard.
    heard: Condvar,
    ended: AtomicBool,
}

impl Endpoint {
    pub fn start(service: Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (service, heard, ended) = (Mutex::new(service), Condvar::new(), AtomicBool::new(false));
        let shared = Arc::new(Shared { service, heard, ended });
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        });
        Self { address, shared, listening: Some(listening) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// Waits for a call, for so long at most.
    pub fn hears(&self, is_it: impl Fn(&Call) -> bool, patience: Duration) {
        let waiting = |service: &mut Service| !service.calls.iter().any(&is_it);
        // Whether it came shows in the calls.
        drop(self.shared.heard.wait_timeout_while(self.shared.lock(), patience, waiting));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // It looks up when somebody connects.
        let woken = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take().filter(|_| woken.is_ok()) {
            let _ = listening.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || serve(&stream, &shared));
    }
}

fn serve(stream: &TcpStream, shared: &Shared) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let Some(request) = Request::read(stream) else { return };
    let answer = shared.lock().answer(&request);
    shared.heard.notify_all();
    // The client may be gone.
    let _ = answer.write(stream);
}
