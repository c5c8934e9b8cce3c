// Alerts by email. What to do at each of them: docs/runbook.md, by the name of the alert.
param location string
param tags object
param email string
param insightsId string
param hostStorageId string
param orderStorageId string

type LogAlert = {
  name: string
  about: string
  severity: 0 | 1 | 2 | 3 | 4
  query: string
  operator: 'GreaterThan' | 'LessThan'
  threshold: int
  frequency: string
  window: string
}

type Account = {
  name: string
  id: string
}

var logAlerts LogAlert[] = [
  {
    name: 'app-refuses-to-serve'
    about: 'A setting or the catalogue is wrong: requests are answered with 503.'
    severity: 0
    query: 'traces | where message has "the app refuses to serve"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT5M'
  }
  {
    // Timers can stop without a failure, so the alert is about runs that are missing.
    name: 'recovery-absent'
    about: 'The timer recoverOrders has not succeeded for ten minutes.'
    severity: 0
    query: 'requests | where operation_Name == "recoverOrders" and success == true'
    operator: 'LessThan'
    threshold: 1
    frequency: 'PT5M'
    window: 'PT10M'
  }
  {
    name: 'audit-finding'
    about: 'The nightly audit found money, goods or records that do not match.'
    severity: 1
    query: 'traces | where severityLevel >= 3 and message startswith "audit: "'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
  {
    name: 'audit-absent'
    about: 'The timer nightlyAudit has not succeeded for two days.'
    severity: 2
    query: 'requests | where operation_Name == "nightlyAudit" and success == true'
    operator: 'LessThan'
    threshold: 1
    frequency: 'PT1H'
    window: 'P2D'
  }
  {
    name: 'unreadable-record'
    about: 'The record of an order cannot be decoded.'
    severity: 1
    query: 'traces | where message has "the record cannot be decoded"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
  {
    name: 'server-errors'
    about: 'More than five requests in five minutes were answered with 5xx.'
    severity: 1
    query: 'requests | where toint(resultCode) >= 500'
    operator: 'GreaterThan'
    threshold: 5
    frequency: 'PT5M'
    window: 'PT5M'
  }
  {
    name: 'dependency-unavailable'
    about: 'More than ten requests in a quarter of an hour met a dependency that is unavailable.'
    severity: 2
    query: 'traces | where message has "a dependency is unavailable"'
    operator: 'GreaterThan'
    threshold: 10
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'orders-not-started'
    about: 'Orders were stored, and the engine was unavailable.'
    severity: 2
    query: 'traces | where message has "could not be started yet"'
    operator: 'GreaterThan'
    threshold: 10
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'orders-refused'
    about: 'New orders are refused: too many are being processed.'
    severity: 1
    query: 'traces | where message has "new orders are refused"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT5M'
  }
  {
    name: 'setting-without-effect'
    about: 'A setting has a name that this version does not know.'
    severity: 3
    query: 'traces | where message has "a setting has no effect"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
]

var accounts Account[] = [
  { name: 'host', id: hostStorageId }
  { name: 'orders', id: orderStorageId }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-orders'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'orders'
    emailReceivers: [
      { name: 'operators', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.about
      severity: alert.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource storageAvailability 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for account in accounts: {
    name: 'storage-availability-${account.name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The storage account answers less than 99.9 percent of its requests.'
      severity: 1
      enabled: true
      scopes: [account.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'availability'
            metricNamespace: 'Microsoft.Storage/storageAccounts'
            metricName: 'Availability'
            operator: 'LessThan'
            threshold: json('99.9')
            timeAggregation: 'Average'
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]
